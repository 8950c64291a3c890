using System.Security.Cryptography;
using AccountFunctions.Security.Tokens;

namespace AccountFunctions.Security;

/// <summary>The keys of local.settings.sample.json, which are public and must never protect real accounts.</summary>
internal static class DevelopmentKeys
{
    private const string CodeKeyHash = "31caa40e39e50e0443e2f0547a06e1a5e48a60b46c2d3864381bd9a4a339f150";
    private const string FactorKeyHash = "e3a94c40346ecbe81f1a275188148f9f5875e122db014fbe7887c293fcbe4ab4";
    private const string SigningKeyId = "6dFCvhRZRiVo0QE_khLYzU8lZZUtzl64xSrY0-uukBI";

    public static bool IsCodeKey(string base64) => Is(base64, CodeKeyHash);

    public static bool IsFactorKey(string base64) => Is(base64, FactorKeyHash);

    public static bool IsSigningKey(string pem) =>
        SigningKeys.TryRead(pem, out var keys) && keys.Any(key => key.KeyId == SigningKeyId);

    public static string Refusal(string setting) => $"{setting}: the public key of local.settings.sample.json is refused in Production";

    private static bool Is(string base64, string hash)
    {
        var key = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, key, out var length)
            && Convert.ToHexStringLower(SHA256.HashData(key.AsSpan(0, length))) == hash;
    }
}
