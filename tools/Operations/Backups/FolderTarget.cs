namespace Operations.Backups;

/// <summary>Backups in a folder.</summary>
public sealed class FolderTarget(string path) : IBackupTarget
{
    public Task<IReadOnlyList<string>> ListRunsAsync(CancellationToken cancellationToken) => Task.FromResult(
        !Directory.Exists(path) ? [] : RunName.Sort(Directory.GetDirectories(path)
            .Where(run => File.Exists(Path.Combine(run, Manifest.FileName)))
            .Select(run => Path.GetFileName(run))));

    public Task<Stream> OpenAsync(string run, string file, CancellationToken cancellationToken)
    {
        var whole = Path.Combine(path, run, file);
        return File.Exists(whole)
            ? Task.FromResult<Stream>(File.OpenRead(whole))
            : throw new BackupException($"{run}/{file} is missing");
    }

    public Task PutAsync(string run, string file, string localPath, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(path, run));
        var whole = Path.Combine(path, run, file);

        // A half-written file never has this name.
        File.Copy(localPath, whole + ".part", overwrite: true);
        File.Move(whole + ".part", whole);
        return Task.CompletedTask;
    }
}
