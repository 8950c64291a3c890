using System.Security.Cryptography;
using System.Text;

namespace LocalRuntime.Communication;

/// <summary>The HMAC-SHA-256 request signature of Communication Services.</summary>
public static class Signature
{
    /// <summary>Base64 of the SHA-256 of a body, which may be empty.</summary>
    public static string HashContent(ReadOnlySpan<byte> body) => Convert.ToBase64String(SHA256.HashData(body));

    /// <param name="pathAndQuery">As it stands in the request line.</param>
    /// <param name="date">As it stands in the date header (RFC 1123).</param>
    /// <param name="host">With the port unless it is the scheme's own.</param>
    /// <param name="accessKey">Base64.</param>
    public static string Compute(string method, string pathAndQuery, string date, string host, string contentHash, string accessKey) =>
        Convert.ToBase64String(HMACSHA256.HashData(
            Convert.FromBase64String(accessKey), Encoding.ASCII.GetBytes($"{method}\n{pathAndQuery}\n{date};{host};{contentHash}")));
}
