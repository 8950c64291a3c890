using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using LocalHost;

namespace Delivery.Tests.LocalHost;

/// <summary>Starts that cannot succeed, tried with host and app in processes of their own.</summary>
public sealed class CommandLineTests(AzuriteFixture azurite)
{
    [Theory, Holds("I9")]
    [InlineData("Codes__Key", "short", "Codes__Key: must be base64 of at least 32 bytes")]
    [InlineData("Email__Transport", "Smtp", "Smtp__Host: is required")]
    [InlineData("AccountsStorage", "nonsense", "AccountsStorage: must be a connection string")]
    [InlineData("CommunicationServices", "nonsense", "CommunicationServices: must be a connection string")]
    [InlineData("CommunicationServices", "", "CommunicationServices: must be a connection string")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: must not be set")]
    [InlineData(
        "AZURE_FUNCTIONS_ENVIRONMENT", "Production", "Codes__Key: the public key of local.settings.sample.json is refused in Production")]
    [InlineData(
        "AccountsStorage",
        "AccountName=a;AccountKey=bm9uZQ==;TableEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a",
        "AccountsStorage: the storage does not answer")]
    public async Task A_bad_setting_ends_the_start_with_one_line_that_names_it(string setting, string value, string line)
    {
        var (exitCode, errors) = await RunAsync([], (setting, value));

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Cannot start: ", errors);
        Assert.Contains(line, errors);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact, Holds("E3")]
    public async Task A_development_key_is_refused_in_production_even_as_one_that_only_verifies()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var sample = JsonDocument.Parse(await File.ReadAllTextAsync(SampleFile), new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
        }).RootElement.GetProperty("Values");
        var (exitCode, errors) = await RunAsync(
            [],
            ("AZURE_FUNCTIONS_ENVIRONMENT", "Production"),
            ("Codes__Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            ("Factors__Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            ("Tokens__SigningKey", key.ExportPkcs8PrivateKeyPem()),
            ("Tokens__PreviousSigningKeys", sample.GetProperty("Tokens__SigningKey").GetString()!));

        Assert.Equal(
            (1, "Cannot start: Tokens__PreviousSigningKeys: the public key of local.settings.sample.json is refused in Production"),
            (exitCode, errors.TrimEnd()));
    }

    [Theory]
    [InlineData("--port", "0")]
    [InlineData("--port", "many")]
    [InlineData("--prot", "7072")]
    public async Task A_bad_option_is_named_and_nothing_starts(params string[] args)
    {
        var (exitCode, errors) = await RunAsync(args);

        Assert.Equal(1, exitCode);
        Assert.Contains(args[0], errors);
    }

    [Fact]
    public async Task A_folder_without_an_app_ends_the_start_with_one_line()
    {
        var (exitCode, errors) = await RunAsync(["--port", $"{Ports.Free()}", "--app", Path.GetTempPath()]);

        Assert.Equal(1, exitCode);
        Assert.Contains("holds no function app", Assert.Single(errors.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task A_busy_port_ends_the_start_with_one_line()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        var (exitCode, errors) = await RunAsync(["--port", $"{port}"]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{port}", Assert.Single(errors.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task Without_node_the_start_ends_with_one_line_that_says_so()
    {
        var (exitCode, errors) = await RunAsync([], ("AzureWebJobsStorage", ""), ("PATH", "/nowhere"));

        Assert.Equal((1, "Cannot start: node is not on the PATH: install Node.js 20 or later."), (exitCode, errors.TrimEnd()));
    }

    private static string SampleFile => Path.Combine(ProjectFolder.Root, ProjectFolder.SampleSettings);

    private async Task<(int ExitCode, string Errors)> RunAsync(string[] args, params (string Name, string Value)[] settings)
    {
        using var app = LocalApp.Run(
            args is [] ? ["--port", $"{Ports.Free()}", "--app", ProjectFolder.AppOutput] : args,
            [KeyValuePair.Create("AzureWebJobsStorage", azurite.NewStorage()), .. settings.Select(
                setting => KeyValuePair.Create(setting.Name, setting.Value))]);
        return await app.WaitForExitAsync();
    }
}
