using System.Security.Cryptography;
using System.Text;

namespace EventRelay;

/// <summary>Signs messages as Standard Webhooks 1.0 describes it (https://www.standardwebhooks.com): HMAC-SHA-256.</summary>
/// <param name="secret"><c>whsec_</c> and base64 of 24 to 64 bytes.</param>
public sealed class WebhookSigner(string secret)
{
    private const string Prefix = "whsec_";
    private readonly byte[] key = secret.StartsWith(Prefix, StringComparison.Ordinal)
        ? Convert.FromBase64String(secret[Prefix.Length..])
        : throw new ArgumentException("Webhook__Secret must be whsec_ and the base64 of a key.", nameof(secret));

    /// <summary>The header <c>webhook-signature</c>.</summary>
    /// <param name="timestamp">Seconds since 1970.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]))}";
}
