using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using LocalHost;

namespace Delivery.Tests.Infra;

/// <summary>What <c>dotnet publish</c> gives, and how the projects restore.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task What_is_published_is_what_Azure_runs()
    {
        // A build server has already published, and passes the path.
        var given = Environment.GetEnvironmentVariable("PUBLISHED_APP");
        var folder = given ?? Directory.CreateTempSubdirectory("published").FullName;
        if (given is null)
        {
            await DotnetAsync("publish", "AccountFunctions", "--configuration", "Release", "--output", folder, "--verbosity", "quiet");
        }

        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(
            file => Path.GetRelativePath(folder, file))];
        Assert.Superset(
            new HashSet<string>
            {
                "host.json", "worker.config.json", "functions.metadata", "extensions.json", "AccountFunctions.dll",
                "Azure.Communication.Email.dll", "libsodium.so",
                ".azurefunctions/function.deps.json", ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.Storage.Queues.dll",
            },
            files.ToHashSet());
        Assert.DoesNotContain(
            files,
            file => file.Contains("LocalHost", StringComparison.Ordinal) || file.Contains("local.settings", StringComparison.Ordinal));
        Assert.DoesNotContain(
            files.SelectMany(file => file.Split('/')), part => part.StartsWith('.') && part is not ".azurefunctions");
        Assert.DoesNotContain(files, file => Path.GetExtension(file) is ".cs" or ".csproj" or ".pem");
        Assert.True(IsReadyToRun(Path.Combine(folder, "AccountFunctions.dll")), "not compiled ahead");
        await PackageAsync(folder);
        if (given is null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_build_for_Azure_takes_the_real_mail_package_and_any_other_the_stand_in()
    {
        var usual = await EvaluateAsync();
        var azure = await EvaluateAsync("-p:AzureCommunicationEmail=Package");

        Assert.DoesNotContain("Azure.Communication.Email", Items(usual, "PackageReference"));
        Assert.Single(
            Items(usual, "ProjectReference"),
            reference => reference.EndsWith("Azure.Communication.Email.csproj", StringComparison.Ordinal));
        Assert.Contains("Azure.Communication.Email", Items(azure, "PackageReference"));
        Assert.Empty(Items(azure, "ProjectReference"));
    }

    [Fact, Holds("I5")]
    public async Task Every_project_restores_what_its_lock_file_says_and_fails_on_known_vulnerabilities()
    {
        // Examples of clients are no part of the build: a test copies them elsewhere.
        string[] others = ["/obj/", "/docs/client/"];
        var projects = Directory.GetFiles(ProjectFolder.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(project => !Array.Exists(others, other => project.Replace('\\', '/').Contains(other, StringComparison.Ordinal)));
        Assert.All(
            projects, project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project));
        var server = (await EvaluateAsync("-p:CI=true")).GetProperty("Properties");

        Assert.Equal(("true", "all", "true"), (Text("RestoreLockedMode"), Text("NuGetAuditMode"), Text("TreatWarningsAsErrors")));

        string? Text(string name) => server.GetProperty(name).GetString();
    }

    // As infra/deploy.sh packs it.
    private static async Task PackageAsync(string folder)
    {
        var zip = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(folder)}.zip");
        var (exitCode, output) = await RunAsync(Path.Combine(ProjectFolder.Root, "infra", "package.sh"), folder, zip);
        Assert.True(exitCode == 0, output);
        using (var archive = ZipFile.OpenRead(zip))
        {
            Assert.Contains(archive.Entries, entry => entry.FullName.StartsWith(".azurefunctions/", StringComparison.Ordinal));
        }

        File.Delete(zip);
    }

    private static bool IsReadyToRun(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader?.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static IEnumerable<string> Items(JsonElement project, string kind) =>
        project.GetProperty("Items").GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!);

    private static async Task<JsonElement> EvaluateAsync(params string[] properties) =>
        JsonSerializer.Deserialize<JsonElement>(await DotnetAsync(
        [
            "msbuild", "AccountFunctions/AccountFunctions.csproj", .. properties, "-getProperty:RestoreLockedMode",
            "-getProperty:NuGetAuditMode",
            "-getProperty:TreatWarningsAsErrors", "-getItem:PackageReference", "-getItem:ProjectReference",
        ]));

    private static async Task<string> DotnetAsync(params string[] arguments)
    {
        var (exitCode, output) = await RunAsync("dotnet", arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = ProjectFolder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
