using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Operations.Backups;

/// <summary>Writes the files of a run, and the manifest at last.</summary>
internal sealed class RunWriter(IBackupTarget target, string id, byte[] runKey)
{
    private readonly List<ManifestFile> files = [];
    private readonly Lock sync = new();

    /// <param name="lines">Lines of text; may be empty.</param>
    /// <returns>The number of lines.</returns>
    public async Task<long> WriteAsync(
        TableRange range, FileKind kind, IAsyncEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var name = $"{range.Table}-{range.Number:D2}.{kind.ToString().ToLowerInvariant()}";
        var local = Path.GetTempFileName();
        try
        {
            var count = 0L;
            using var hash = SHA256.Create();
            var stored = new CryptoStream(File.Create(local), hash, CryptoStreamMode.Write);
            await using (var text = new StreamWriter(
                new GZipStream(new SealedWriter(stored, runKey, $"{id}/{name}"), CompressionLevel.Fastest), Encoding.UTF8))
            {
                await foreach (var line in lines.WithCancellation(cancellationToken))
                {
                    await text.WriteAsync(line + '\n');
                    count++;
                }
            }

            var sha256 = Convert.ToHexStringLower(hash.Hash ?? []);
            var file = new ManifestFile(name, kind, range.Table, range.From, range.Before, count, sha256);
            await target.PutAsync(id, name, local, cancellationToken);
            lock (sync)
            {
                files.Add(file);
            }

            return count;
        }
        finally
        {
            File.Delete(local);
        }
    }

    /// <summary>The lines of a file that this run has written.</summary>
    public IAsyncEnumerable<string> ReadBackAsync(TableRange range, FileKind kind, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            var file = files.Single(written => written.Kind == kind && written.Table == range.Table && written.From == range.From);
            return RunReader.ReadAsync(target, runKey, id, file, cancellationToken);
        }
    }

    /// <summary>From now on, the run exists.</summary>
    public async Task FinishAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var ordered = files.OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        var local = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                local,
                JsonSerializer.Serialize((manifest with { Files = ordered }).Signed(runKey), ManifestJson.Default.Manifest),
                cancellationToken);
            await target.PutAsync(id, Manifest.FileName, local, cancellationToken);
        }
        finally
        {
            File.Delete(local);
        }
    }
}
