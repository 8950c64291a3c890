using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Delivery.Tests.Infra;

/// <summary>The templates of <c>infra/</c>: what they come to by their snapshots, and the tools that work on them.</summary>
internal static class Templates
{
    public static readonly string Folder = Path.GetFullPath(Repository.PathTo("infra"));

    public static TheoryData<string> Environments => ["dev", "prod", "smtp"];

    public static List<JsonElement> Resources(string environment, string type) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{environment}.snapshot.json"))).RootElement.GetProperty(
            "predictedResources").EnumerateArray().Where(resource => resource.GetProperty("type").GetString() == type)];

    public static IEnumerable<JsonElement> Find(JsonElement element, string type) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("type", out var found)
            && found.ValueKind is JsonValueKind.String
            && found.GetString() == type => [element],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Find(property.Value, type)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Find(item, type)),
        _ => [],
    };

    public static IEnumerable<string> Names(string environment, string type) =>
        Resources(environment, type)
            .Select(resource => resource.GetProperty("name").GetString()!.Split('/')[^1])
            .Order(StringComparer.Ordinal);

    public static Task<(int ExitCode, string Output)> BicepAsync(params string[] args)
    {
        var cli = typeof(Templates).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "Bicep").Value!;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The Bicep CLI is pinned for Linux on x64 only.");

        // The package does not keep the right to execute.
        var copy = Path.Combine(AppContext.BaseDirectory, "bicep");
        lock (Folder)
        {
            if (OperatingSystem.IsLinux() && !File.Exists(copy))
            {
                File.Copy(cli, copy);
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        return RunAsync(copy, args);
    }

    public static Task<(int ExitCode, string Output)> RunAsync(string file, params string[] args) => RunAsync(file, [], args);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string file, Dictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo(file, args)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + errors);
    }
}
