using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operations.Backups;

/// <summary>What a run consists of.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Id">The name of the run.</param>
/// <param name="Started">The next increment begins with what has changed since shortly before.</param>
/// <param name="Previous">The run that this one continues; null: this one holds everything.</param>
/// <param name="Key">The key of the run, wrapped by one of the settings.</param>
internal sealed record Manifest(
    int Version,
    string Id,
    DateTimeOffset Started,
    string? Previous,
    string Key,
    IReadOnlyList<ManifestFile> Files)
{
    public const string FileName = "manifest.json";
    public const int CurrentVersion = 1;

    /// <summary>HMAC-SHA-256 of the others under the key of the run; base64.</summary>
    public string Mac { get; init; } = "";

    [JsonIgnore]
    public bool IsFull => Previous is null;

    /// <summary>Whether the run knows the keys of all rows, which finds deletions. A full one reads them with the rows.</summary>
    [JsonIgnore]
    public bool HasKeys => IsFull || Files.Any(file => file.Kind is FileKind.Keys);

    public Manifest Signed(byte[] runKey) => this with { Mac = Convert.ToBase64String(MacOf(runKey)) };

    public bool IsSignedBy(byte[] runKey) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToBase64String(MacOf(runKey))), Encoding.ASCII.GetBytes(Mac));

    private byte[] MacOf(byte[] runKey)
    {
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, runKey, 32, info: Encoding.UTF8.GetBytes($"{Id}/{FileName}"));
        return HMACSHA256.HashData(key, JsonSerializer.SerializeToUtf8Bytes(this with { Mac = "" }, ManifestJson.Default.Manifest));
    }
}

/// <param name="From">The first partition key that the file may hold.</param>
/// <param name="Before">The keys end before this one; empty: they do not.</param>
/// <param name="Sha256">Of the file as it is stored; hexadecimal.</param>
internal sealed record ManifestFile(string Name, FileKind Kind, string Table, string From, string Before, long Lines, string Sha256);

[JsonConverter(typeof(JsonStringEnumConverter<FileKind>))]
internal enum FileKind
{
    /// <summary>Rows that are new or changed.</summary>
    Rows,

    /// <summary>The keys of all rows.</summary>
    Keys,

    /// <summary>The keys of rows that were deleted.</summary>
    Deleted,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
