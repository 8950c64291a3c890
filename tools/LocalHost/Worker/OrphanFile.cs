using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LocalHost.Worker;

/// <summary>
/// Remembers a child process on disk, because a worker does not end when its host is killed. The next start ends the children of killed
/// hosts.
/// </summary>
internal sealed class OrphanFile
{
    private static readonly string Folder = Path.Combine(ProjectFolder.Root, ".azurite", "workers");
    private readonly string file;

    private OrphanFile(string file) => this.file = file;

    public static OrphanFile Write(Process child)
    {
        using var self = Process.GetCurrentProcess();
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, $"{child.Id}");
        File.WriteAllText(file, $"{Describe(self)} {Describe(child)}");
        return new OrphanFile(file);
    }

    public void Delete() => File.Delete(file);

    /// <summary>Ends the children that killed hosts left behind.</summary>
    public static void EndOrphans()
    {
        foreach (var file in Directory.Exists(Folder) ? Directory.GetFiles(Folder) : [])
        {
            try
            {
                EndOrphan(file);
            }
            catch (IOException)
            {
                // Another host that is starting has already handled this file, or is writing its own.
            }
        }
    }

    private static void EndOrphan(string file)
    {
        var (host, child) = File.ReadAllText(file).Split(' ') is [var first, var second] ? (first, second) : ("", "");
        using var running = Find(host);
        if (running is not null)
        {
            return;
        }

        using var orphan = Find(child);
        orphan?.Kill(entireProcessTree: true);
        File.Delete(file);
    }

    // The start time distinguishes a process from a later one with the same id.
    private static string Describe(Process process) => string.Create(CultureInfo.InvariantCulture, $"{process.Id}/{StartSecond(process)}");

    private static long StartSecond(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();

    private static Process? Find(string description)
    {
        try
        {
            var parts = description.Split('/');
            var process = Process.GetProcessById(int.Parse(parts[0], CultureInfo.InvariantCulture));

            // The system derives it from its uptime, so it may differ by a second from one reading to the next.
            if (Math.Abs(StartSecond(process) - long.Parse(parts[1], CultureInfo.InvariantCulture)) <= 1)
            {
                return process;
            }

            process.Dispose();
        }
        catch (Exception e) when (
            e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or Win32Exception)
        {
            // The process no longer exists, or access to it is denied.
        }

        return null;
    }
}
