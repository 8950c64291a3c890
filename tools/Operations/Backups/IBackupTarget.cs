using System.Globalization;

namespace Operations.Backups;

/// <summary>Where backups are kept: a folder for each run, with a manifest that is written last.</summary>
public interface IBackupTarget
{
    /// <summary>The runs with a manifest, oldest first. One without does not exist.</summary>
    Task<IReadOnlyList<string>> ListRunsAsync(CancellationToken cancellationToken);

    /// <exception cref="BackupException">There is no such file.</exception>
    Task<Stream> OpenAsync(string run, string file, CancellationToken cancellationToken);

    /// <summary>Stores a local file under a name that is free.</summary>
    Task PutAsync(string run, string file, string localPath, CancellationToken cancellationToken);
}

/// <summary>The order of runs: their names end with the time at which they began.</summary>
internal static class RunName
{
    public const string Full = "full";
    public const string Incremental = "incremental";
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    public static string Of(string kind, DateTimeOffset started) =>
        $"{kind}-{started.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture)}";

    public static bool Is(string name) => name.Split('-') is [Full or Incremental, { Length: 16 }];

    public static bool IsFull(string name) => name.StartsWith(Full, StringComparison.Ordinal);

    /// <summary>Whether a run began after another.</summary>
    public static bool IsAfter(string name, string other) => string.CompareOrdinal(TimeOf(name), TimeOf(other)) > 0;

    public static IReadOnlyList<string> Sort(IEnumerable<string> names) =>
        [.. names.Where(Is).OrderBy(TimeOf, StringComparer.Ordinal).ThenBy(name => name, StringComparer.Ordinal)];

    private static string TimeOf(string name) => name.Split('-')[^1];
}
