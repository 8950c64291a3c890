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
        await using var stored = await target.OpenAsync(run, file.Name, cancellationToken);
        var name = $"{run}/{file.Name}";
        using var text = new StreamReader(
            new GZipStream(new SealedReader(stored, key, name), CompressionMode.Decompress), Encoding.UTF8);
        var count = 0L;
        while (await ReadLineAsync(text, name, cancellationToken) is { } line)
        {
            count++;
            yield return line;
        }

        if (count != file.Lines)
        {
            throw new BackupException($"{name} has {count} lines instead of {file.Lines}");
        }
    }

    /// <exception cref="BackupException">The stored file is not the one of the manifest.</exception>
    public async Task CheckHashAsync(ManifestFile file, CancellationToken cancellationToken)
    {
        await using var stored = await target.OpenAsync(Manifest.Id, file.Name, cancellationToken);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stored, cancellationToken)) != file.Sha256)
        {
            throw new BackupException($"{Manifest.Id}/{file.Name} was changed");
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
