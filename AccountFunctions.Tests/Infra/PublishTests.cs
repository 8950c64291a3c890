using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AccountFunctions.Tests.Infra;

/// <summary>How the project file evaluates for what is deployed; its packages are not needed for that.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task What_is_published_for_Azure_is_compiled_ahead_for_Linux_and_has_the_workers_packages()
    {
        var project = await EvaluateAsync("-p:FunctionsRuntime=Azure", "-p:_IsPublishing=true");
        var properties = project.GetProperty("Properties");

        Assert.Equal(("linux-x64", "true", "false", "v4", "Exe"), (Text("RuntimeIdentifier"), Text("PublishReadyToRun"), Text("SelfContained"), Text("AzureFunctionsVersion"), Text("OutputType")));
        Assert.Superset(
            new HashSet<string> { "Azure.Communication.Email", "Microsoft.Azure.Functions.Worker", "Microsoft.Azure.Functions.Worker.Extensions.Http", "Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues", "Microsoft.Azure.Functions.Worker.Sdk" },
            Items("PackageReference").Select(item => item.GetProperty("Identity").GetString()!).ToHashSet());
        Assert.Empty(Items("ProjectReference"));
        var files = Items("None").Where(item => item.TryGetProperty("CopyToPublishDirectory", out _)).ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("CopyToPublishDirectory").GetString());
        Assert.Equal("PreserveNewest", files["../host.json"]);
        Assert.Equal("Never", files.GetValueOrDefault("../local.settings.json", "Never"));

        string? Text(string name) => properties.GetProperty(name).GetString();
        IEnumerable<JsonElement> Items(string name) => project.GetProperty("Items").GetProperty(name).EnumerateArray();
    }

    [Fact]
    public async Task What_is_built_for_Core_Tools_runs_anywhere_and_apart_from_the_local_flavour()
    {
        var azure = (await EvaluateAsync("-p:FunctionsRuntime=Azure")).GetProperty("Properties");
        var local = (await EvaluateAsync()).GetProperty("Properties");

        Assert.Equal("", azure.GetProperty("RuntimeIdentifier").GetString());
        Assert.NotEqual(local.GetProperty("OutDir").GetString(), azure.GetProperty("OutDir").GetString());
        Assert.NotEqual(local.GetProperty("IntermediateOutputPath").GetString(), azure.GetProperty("IntermediateOutputPath").GetString());
    }

    [Fact, Holds("I5")]
    public async Task Every_project_restores_what_its_lock_file_says_and_fails_on_known_vulnerabilities()
    {
        Assert.All(Directory.GetFiles(Root, "*.csproj", SearchOption.AllDirectories), project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project));
        var server = (await EvaluateAsync("-p:CI=true")).GetProperty("Properties");

        Assert.Equal(("true", "all", "true"), (server.GetProperty("RestoreLockedMode").GetString(), server.GetProperty("NuGetAuditMode").GetString(), server.GetProperty("TreatWarningsAsErrors").GetString()));
    }

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    private static async Task<JsonElement> EvaluateAsync(params string[] properties)
    {
        string[] wanted = ["RuntimeIdentifier", "PublishReadyToRun", "SelfContained", "AzureFunctionsVersion", "OutputType", "OutDir", "IntermediateOutputPath", "RestoreLockedMode", "NuGetAuditMode", "TreatWarningsAsErrors"];
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["msbuild", "AccountFunctions/AccountFunctions.csproj", "-p:Configuration=Release", .. properties, .. wanted.Select(name => $"-getProperty:{name}"), "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:None"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
