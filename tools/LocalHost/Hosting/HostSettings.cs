using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace LocalHost.Hosting;

/// <summary>
/// The settings of the app, as Core Tools would pass them: from the environment, then <c>local.settings.json</c>, then
/// <c>local.settings.sample.json</c>. The host reads the same settings, and host.json under <c>AzureFunctionsJobHost</c>, where settings
/// override it.
/// </summary>
public static class HostSettings
{
    public const string HostJson = "AzureFunctionsJobHost";
    public const int DefaultPort = 7071;

    /// <summary>
    /// The access key, in base64, of the sample settings and of a standalone emulator. It is public and protects nothing.
    /// </summary>
    public const string EmulatorKey = "ZGV2ZWxvcG1lbnQgb25seTogZS1tYWlsIGVtdWxhdG9y";
    private const string DevelopmentStorage = "UseDevelopmentStorage=true";
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the settings from the files. A value with this host's default address follows the host's port.</summary>
    /// <exception cref="StartException">A file is not JSON.</exception>
    public static Dictionary<string, string?> ReadFiles(int port, bool sampleOnly = false)
    {
        var values = ReadValues(Path.Combine(ProjectFolder.Root, ProjectFolder.SampleSettings));
        var own = Path.Combine(ProjectFolder.Root, "local.settings.json");
        foreach (var (name, value) in sampleOnly ? [] : ReadValues(own).Concat(ReadValues(own, "Host", "Host__")))
        {
            values[name] = value;
        }

        var (usual, actual) = ($"http://localhost:{DefaultPort}/", $"http://localhost:{port}/");
        return values.ToDictionary(setting => setting.Key, setting => setting.Value?.Replace(usual, actual, StringComparison.Ordinal));
    }

    /// <summary>The app's settings as the host sees them.</summary>
    /// <param name="settings">Named like environment variables, with <c>__</c> or <c>:</c> between the parts.</param>
    public static IConfigurationRoot ForHost(string appDirectory, IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(ReadHostJson(Path.Combine(appDirectory, "host.json")))
            .AddInMemoryCollection(settings
                .Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), setting.Value))

                // Environments may have two names that differ by case, such as http_proxy and HTTP_PROXY; configuration knows one.
                .Reverse()
                .DistinctBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase))
            .Build();

    /// <summary>Whether the settings let this host start the storage.</summary>
    public static bool NeedsStorage(IReadOnlyDictionary<string, string?> settings) =>
        IsDevelopment(settings.GetValueOrDefault("AzureWebJobsStorage"));

    /// <summary>Makes the app use the host's storage, unless it has its own.</summary>
    public static void UseStorage(IDictionary<string, string?> settings, string connectionString)
    {
        settings["AzureWebJobsStorage"] = connectionString;
        foreach (var name in new[] { "AccountsStorage", "ReportsStorage" })
        {
            var own = settings.Keys.Any(other => other.StartsWith($"{name}__", StringComparison.OrdinalIgnoreCase));
            if (!own && IsDevelopment(settings.TryGetValue(name, out var text) ? text : null))
            {
                settings[name] = connectionString;
            }
        }
    }

    private static bool IsDevelopment(string? connectionString) => connectionString is null or "" or DevelopmentStorage;

    private static Dictionary<string, string?> ReadHostJson(string file)
    {
        var flat = new Dictionary<string, string?>();
        if (Read(file) is { } document)
        {
            Flatten(HostJson, document.RootElement, flat);
        }

        return flat;
    }

    private static void Flatten(string path, JsonElement element, Dictionary<string, string?> flat)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            flat[path] = element.ToString();
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            Flatten($"{path}:{property.Name}", property.Value, flat);
        }
    }

    // The format of Core Tools: the app's settings are Values, the host's own are Host.
    private static Dictionary<string, string?> ReadValues(string file, string section = "Values", string prefix = "") =>
        Read(file) is { } document && document.RootElement.TryGetProperty(section, out var values)
            ? values.EnumerateObject().ToDictionary(value => prefix + value.Name, value => (string?)value.Value.ToString())
            : [];

    private static JsonDocument? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonDocument.Parse(File.ReadAllText(file), Lenient) : null;
        }
        catch (JsonException e)
        {
            throw new StartException($"{Path.GetFileName(file)} is not JSON: {e.Message}", e);
        }
    }
}
