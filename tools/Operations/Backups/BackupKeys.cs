using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Values;
using Microsoft.Extensions.Configuration;

namespace Operations.Backups;

/// <summary>
/// The keys of the settings, which wrap the key of each run: <c>Backup__Key</c> or the content of <c>Backup__KeyFile</c>, and
/// <c>Backup__PreviousKeys</c>, separated by commas, which open older runs. Each is base64 of at least 32 random bytes.
/// </summary>
public sealed class BackupKeys
{
    private const int MinBytes = 32;
    private readonly Seal seal;

    private BackupKeys(IEnumerable<string> keys) => seal = new Seal([.. keys.Select(Derive)]);

    /// <exception cref="BackupException">The settings have no key, or it is malformed.</exception>
    public static BackupKeys Read(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Backup");
        var key = settings["Key"] is { Length: > 0 } inline ? inline
            : settings["KeyFile"] is { Length: > 0 } file ? ReadFile(file)
            : throw new BackupException("Backup__Key: is required, or Backup__KeyFile");
        var previous = (settings["PreviousKeys"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new BackupKeys(previous.Prepend(key));
    }

    /// <summary>The key of a run as its manifest holds it.</summary>
    public string Wrap(byte[] runKey, string runId) => seal.Close(runKey, runId);

    /// <exception cref="BackupException">No key of the settings opens it.</exception>
    public byte[] Unwrap(string wrapped, string runId)
    {
        try
        {
            return seal.TryOpen(wrapped, runId, out var key, out _)
                ? key
                : throw new BackupException($"{runId}: no key of Backup__Key and Backup__PreviousKeys opens it");
        }
        catch (FormatException e)
        {
            throw new BackupException($"{runId}: its manifest is damaged", e);
        }
    }

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"Backup__KeyFile: {e.Message}", e);
        }
    }

    private static byte[] Derive(string base64)
    {
        var secret = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, secret, out var length) && length >= MinBytes
            ? HKDF.DeriveKey(HashAlgorithmName.SHA256, secret[..length], MinBytes, info: Encoding.UTF8.GetBytes("backup"))
            : throw new BackupException("Backup__Key: must be base64 of at least 32 bytes");
    }
}
