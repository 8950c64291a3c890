using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Security.Tokens;

/// <summary>
/// Proves that a client has signed in to an account before. It grants no access; it only makes the app count the client's sign-ins
/// separately, out of reach of attackers who fail at the address on purpose.
/// </summary>
/// <param name="Text">The opaque text that the client sends; 256 random bits if the app issued it.</param>
public sealed record DeviceSecret(string Text)
{
    private const int Bytes = 32;

    /// <summary>
    /// SHA-256 in lower-case hex. The app stores nothing else. The secret is random, so it needs neither a salt nor a slow hash.
    /// </summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public static DeviceSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
}
