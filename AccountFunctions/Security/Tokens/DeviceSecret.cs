using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Security.Tokens;

/// <summary>
/// Proves that a client has signed in to an account before. It opens nothing; it lets the client's sign-ins be counted by themselves, out
/// of reach of those who fail at the address on purpose.
/// </summary>
/// <param name="Text">As the client sends it, opaque: 256 random bits if it is one of ours.</param>
public sealed record DeviceSecret(string Text)
{
    private const int Bytes = 32;

    /// <summary>SHA-256, lower-case hex; all that is stored. The secret is random, so it needs neither salt nor slowness.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public static DeviceSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
}
