using System.Text.Json;
using LocalRuntime.Communication;
using Microsoft.Extensions.Configuration;

namespace LocalRuntime.Hosting;

/// <summary>
/// Where settings come from, the later ones first: the options, the environment, <c>local.settings.json</c>, <c>local.settings.sample.json</c>;
/// host.json is read under <c>AzureFunctionsJobHost</c>, where settings override it as with the Functions host.
/// </summary>
internal static class LocalSettings
{
    public const string HostJson = "AzureFunctionsJobHost";

    /// <summary>The access key, in base64, of the sample settings and of an emulator that runs alone. It is public and guards nothing.</summary>
    public const string EmulatorKey = "ZGV2ZWxvcG1lbnQgb25seTogZS1tYWlsIGVtdWxhdG9y";
    private const string SampleFile = "local.settings.sample.json";
    private const string DevelopmentStorage = "UseDevelopmentStorage=true";

    /// <summary>The folder of the project: the nearest one above the program that holds the sample settings; the current one if there is none.</summary>
    public static string Root { get; } = FindRoot();

    public static void Load(ConfigurationManager configuration, LocalApplicationOptions options)
    {
        configuration.Sources.Clear();
        var hostJson = Path.Combine(Environment.GetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY") ?? AppContext.BaseDirectory, "host.json");
        configuration.AddInMemoryCollection(ReadHostJson(hostJson));
        configuration.AddInMemoryCollection(ReadValues(Path.Combine(Root, SampleFile)));
        if (options.Interactive)
        {
            configuration.AddInMemoryCollection(ReadValues(Path.Combine(Root, "local.settings.json")));
            configuration.AddEnvironmentVariables();
        }

        configuration.AddInMemoryCollection(options.Settings);
        UseEmulator(configuration, options.Port);
    }

    /// <summary>Whether storage is to be started here.</summary>
    public static bool NeedsAzurite(IConfiguration configuration) => IsDevelopment(configuration["AzureWebJobsStorage"]);

    /// <summary>Gives the storage that the host uses to the app, too, unless the app has its own.</summary>
    public static void UseStorage(IConfiguration configuration, string connectionString)
    {
        configuration["AzureWebJobsStorage"] = connectionString;
        var accounts = configuration.GetSection("AccountsStorage");
        if (IsDevelopment(accounts.Value) && !accounts.GetChildren().Any())
        {
            accounts.Value = connectionString;
        }
    }

    private static bool IsDevelopment(string? connectionString) => connectionString is null or "" or DevelopmentStorage;

    // A mail service on this machine is the emulator of this process and moves with its port, unless it is said to be on another than the usual one.
    private static void UseEmulator(ConfigurationManager configuration, int port)
    {
        if (configuration["CommunicationServices"] is { } text
            && ConnectionString.TryParse(text, out var connection)
            && connection.Endpoint is { IsLoopback: true, Port: LocalApplicationOptions.DefaultPort } endpoint)
        {
            configuration["CommunicationServices"] = $"endpoint={new UriBuilder(endpoint) { Port = port }};accesskey={connection.AccessKey}";
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, SampleFile)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }

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

    // The format of Core Tools.
    private static Dictionary<string, string?> ReadValues(string file) =>
        Read(file) is { } document && document.RootElement.TryGetProperty("Values", out var values)
            ? values.EnumerateObject().ToDictionary(value => value.Name.Replace("__", ":", StringComparison.Ordinal), value => (string?)value.Value.ToString())
            : [];

    private static JsonDocument? Read(string file)
    {
        try
        {
            return File.Exists(file)
                ? JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })
                : null;
        }
        catch (JsonException e)
        {
            throw new StartException($"{Path.GetFileName(file)} is no JSON: {e.Message}", e);
        }
    }
}
