using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Operations.Backups;

/// <summary>A run whose manifest is authentic.</summary>
internal sealed class RunReader
{
    private readonly IBackupTarget target;
    private readonly byte[] key;

    private RunReader(IBackupTarget target, Manifest manifest, byte[] key) => (this.target, Manifest, this.key) = (target, manifest, key);

    public Manifest Manifest { get; }

    /// <exception cref="BackupException">The manifest is missing or was changed, or no key opens it.</exception>
    public static async Task<RunReader> OpenAsync(IBackupTarget target, BackupKeys keys, string id, CancellationToken cancellationToken)
    {
        await using var stream = await target.OpenAsync(id, Manifest.FileName, cancellationToken);
        Manifest? manifest;
        try
        {
            manifest = await JsonSerializer.DeserializeAsync(stream, ManifestJson.Default.Manifest, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new BackupException($"{id}: its manifest is damaged", e);
        }

        if (manifest is not { Version: Manifest.CurrentVersion } read)
        {
            throw new BackupException($"{id}: this version of the tool cannot read it");
        }

        var key = keys.Unwrap(read.Key, id);
        return read.Id == id && read.IsSignedBy(key)
            ? new RunReader(target, read, key)
            : throw new BackupException($"{id}: its manifest was changed");
    }

    /// <exception cref="BackupException">The run has no such file.</exception>
    public ManifestFile FileOf(TableRange range, FileKind kind) =>
        Manifest.Files.FirstOrDefault(file => file.Kind == kind && file.Table == range.Table && file.From == range.From)
        ?? throw new BackupException($"{Manifest.Id} has no {kind} of {range.Table} from {range.From}");

    /// <inheritdoc cref="ReadAsync(IBackupTarget, byte[], string, ManifestFile, CancellationToken)"/>
    public IAsyncEnumerable<string> ReadAsync(ManifestFile file, CancellationToken cancellationToken) =>
        ReadAsync(target, key, Manifest.Id, file, cancellationToken);

    /// <summary>The lines of a file.</summary>
    /// <exception cref="BackupException">The file is missing or damaged.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(
        IBackupTarget target, byte[] key, string run, ManifestFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = $"{run}/{file.Name}";
        using var hash = SHA256.Create();
        var stored = new CryptoStream(await target.OpenAsync(run, file.Name, cancellationToken), hash, CryptoStreamMode.Read);
        await using var opened = new SealedReader(stored, key, name);
        using var text = new StreamReader(new GZipStream(opened, CompressionMode.Decompress), Encoding.UTF8);
        var count = 0L;
        while (await ReadLineAsync(text, name, cancellationToken) is { } line)
        {
            count++;
            yield return line;
        }

        // The hash is complete at the end of the file, which may lie behind that of the text.
        await opened.CopyToAsync(Stream.Null, cancellationToken);
        if (count != file.Lines || Convert.ToHexStringLower(hash.Hash ?? []) != file.Sha256)
        {
            throw new BackupException($"{name} is not the file that its manifest lists");
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader text, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await text.ReadLineAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new BackupException($"{name} is damaged", e);
        }
    }
}
