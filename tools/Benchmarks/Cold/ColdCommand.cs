using System.Diagnostics;
using System.Security.Cryptography;
using Benchmarks.Servers;
using LocalHost;
using LocalHost.Storage;

namespace Benchmarks.Cold;

/// <summary>The app from its start to its first answer, beside MinimalWorker, as built and as published with ReadyToRun.</summary>
public static class ColdCommand
{
    private static readonly Start Hello = new("MinimalWorker → hello", false, "/api/hello");
    private static readonly Start Read = new("MinimalWorker → a row read", false, "/api/rows/nobody");
    private static readonly Start Live = new("app → first answer", true, "/api/health/live");
    private static readonly Start Login =
        new("app → first login", true, "/api/account/login", """{"username":"a@example.com","password":"x"}""");

    private static readonly Start[] Starts = [Hello, Read, Live, Login];

    /// <param name="starts">Starts of each kind, interleaved; the medians count.</param>
    /// <param name="folder">The folder for cold.md.</param>
    public static async Task RunAsync(int starts, string folder)
    {
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
        var published = Directory.CreateTempSubdirectory("ready-to-run").FullName;
        try
        {
            var builds = new[]
            {
                new Build("built", ProjectFolder.AppOutput, Server.MinimalWorkerOutput),
                new Build(
                    "ReadyToRun",
                    await PublishAsync(ProjectFolder.App, published),
                    await PublishAsync(Path.Combine(ProjectFolder.Root, "tools", "MinimalWorker"), published)),
            };
            var report = new ColdReport(starts);
            var settings = await PrepareAsync(azurite.ConnectionString());
            for (var round = 0; round < starts; round++)
            {
                foreach (var build in builds)
                {
                    foreach (var start in Starts)
                    {
                        var directory = start.IsApp ? build.App : build.MinimalWorker;
                        var (milliseconds, memory) = await start.TimeBothAsync(settings, directory);
                        report.Add(start, build.Name, both: true, milliseconds);
                        report.AddMemory(start, build.Name, memory);
                        report.Add(start, build.Name, both: false, await start.TimeAppAsync(settings, directory));
                    }
                }

                Console.Error.WriteLine($"{round + 1} of {starts} rounds");
            }

            await WriteAsync(report, folder);
        }
        finally
        {
            Directory.Delete(published, recursive: true);
        }
    }

    // The first start creates the tables, as a deployment does. All others run as in production and create none.
    private static async Task<Dictionary<string, string>> PrepareAsync(string storage)
    {
        var settings = new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = storage,
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
        };
        await Live.TimeBothAsync(settings, ProjectFolder.AppOutput);

        // Warm up the host in this process before timing its worker.
        await Live.TimeAppAsync(settings, ProjectFolder.AppOutput);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        settings["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production";
        settings["Codes__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        settings["Factors__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        settings["Tokens__SigningKey"] = key.ExportPkcs8PrivateKeyPem();
        return settings;
    }

    private static async Task<string> PublishAsync(string project, string folder)
    {
        var output = Path.Combine(folder, Path.GetFileName(project));
        Console.Error.WriteLine($"Publishing {Path.GetFileName(project)} …");
        string[] arguments = ["publish", project, "-c", "Release", "-o", output, "-v", "quiet"];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments))
            ?? throw new InvalidOperationException("dotnet cannot be started.");
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? output : throw new InvalidOperationException($"{project} cannot be published.");
    }

    private static async Task WriteAsync(ColdReport report, string folder)
    {
        report.AddMemoryRatio(Login, Read);
        report.AddRatio("first answer, times MinimalWorker's hello", Live, Hello);
        report.AddRatio("first login, times MinimalWorker's row read", Login, Read);
        Console.WriteLine(report);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "cold.md"), $"{report}");
    }

    private sealed record Build(string Name, string App, string MinimalWorker);
}
