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

    [Fact]
    public async Task The_project_that_the_workers_SDK_generates_is_left_alone()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "AccountFunctions", "obj", "test", "WorkerExtensions")).FullName;
        var project = Path.Combine(folder, "WorkerExtensions.csproj");
        await File.WriteAllTextAsync(project, """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework><ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally></PropertyGroup></Project>""");
        var properties = (await EvaluateAsync([], project)).GetProperty("Properties");

        Assert.All(["TreatWarningsAsErrors", "RestorePackagesWithLockFile", "ManagePackageVersionsCentrally"], (string name) => Assert.NotEqual("true", properties.GetProperty(name).GetString()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact, Holds("I5")]
    public async Task Every_project_restores_what_its_lock_file_says_and_fails_on_known_vulnerabilities()
    {
        Assert.All(Directory.GetFiles(Root, "*.csproj", SearchOption.AllDirectories), project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project));
        var server = (await EvaluateAsync("-p:CI=true")).GetProperty("Properties");

        Assert.Equal(("true", "all", "true"), (server.GetProperty("RestoreLockedMode").GetString(), server.GetProperty("NuGetAuditMode").GetString(), server.GetProperty("TreatWarningsAsErrors").GetString()));
    }

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    private static Task<JsonElement> EvaluateAsync(params string[] properties) => EvaluateAsync(properties, "AccountFunctions/AccountFunctions.csproj");

    private static async Task<JsonElement> EvaluateAsync(string[] properties, string project)
    {
        string[] wanted = ["RuntimeIdentifier", "PublishReadyToRun", "SelfContained", "AzureFunctionsVersion", "OutputType", "OutDir", "IntermediateOutputPath", "RestoreLockedMode", "NuGetAuditMode", "TreatWarningsAsErrors", "RestorePackagesWithLockFile", "ManagePackageVersionsCentrally"];
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["msbuild", project, "-p:Configuration=Release", .. properties, .. wanted.Select(name => $"-getProperty:{name}"), "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:None"])
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
