using System.Security.Cryptography;
using System.Text;

namespace LocalHost.Mail;

/// <summary>The HMAC-SHA256 scheme with which Azure Communication Services authenticates a request; all hashes are base64.</summary>
public static class AccessKeySignature
{
    public static string HashContent(ReadOnlySpan<byte> content) => Convert.ToBase64String(SHA256.HashData(content));

    /// <param name="pathAndQuery">As on the wire, still percent-encoded.</param>
    /// <param name="date">The date header's value, RFC 1123.</param>
    /// <param name="host">The Host header's value, without the port if it is the scheme's default.</param>
    public static string Compute(
        ReadOnlySpan<byte> key, string method, string pathAndQuery, string date, string host, string contentHash) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{method}\n{pathAndQuery}\n{date};{host};{contentHash}")));
}
