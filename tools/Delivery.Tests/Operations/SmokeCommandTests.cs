using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using AccountFunctions.Security.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Operations;

namespace Delivery.Tests.Operations;

public sealed class SmokeCommandTests(AzuriteFixture azurite)
{
    private const string Issuer = "http://localhost:7071/api";

    [Fact]
    public async Task A_healthy_app_passes_and_is_not_changed()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var (exitCode, output) = await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}api/", "--issuer", Issuer);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.EndsWith("all checks passed\n", output, StringComparison.Ordinal);
        Assert.Empty(await app.RowsAsync("Addresses"));
        Assert.Empty(await app.RowsAsync("Accounts"));
    }

    [Fact]
    public async Task A_proxy_that_the_environment_names_is_not_asked_for_this_machine()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var (exitCode, errors) = await OperationsProgram.RunAsync(
            ["smoke", "--base-url", $"{app.Client.BaseAddress}api", "--issuer", Issuer],
            ("http_proxy", "http://127.0.0.1:9"),
            ("ALL_PROXY", "socks5://127.0.0.1:9"));

        Assert.Equal((0, ""), (exitCode, errors));
    }

    [Fact]
    public async Task A_named_address_gets_a_code()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());

        string[] args = ["--base-url", $"{app.Client.BaseAddress}api", "--issuer", Issuer, "--register", "ops@example.com"];

        Assert.Equal(0, (await RunAsync(app, args)).ExitCode);
        Assert.Single(await app.WaitForMailsAsync("ops@example.com", 1));
    }

    [Fact]
    public async Task An_app_without_its_storage_fails()
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        await using var app = await TestApp.StartAsync(proxy.Storage);
        proxy.Switch(StorageProxy.Mode.Refusing);
        var (exitCode, output) = await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}api");

        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED  reaches its storage: status 503 instead of 200\n", output, StringComparison.Ordinal);
        Assert.EndsWith("not as expected\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_server_at_the_address_fails()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var (exitCode, output) = await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}outbox");

        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--base-url")]
    [InlineData("--base-url", "accounts.example.com")]
    [InlineData("--base-url", "http://accounts.example.com/api")]
    [InlineData("--base-url", "https://accounts.example.com/api", "--all")]
    [InlineData("--issuer", "https://accounts.example.com/api")]
    [InlineData("--base-url", "https://a.example/api", "--base-url", "https://b.example/api")]
    [InlineData("--base-url", "https://a.example/api", "--signing-key", "no-such-file.pem")]
    public async Task Anything_else_explains_the_command(params string[] args)
    {
        Assert.Equal((2, ""), await OperationsProgram.RunAsync(["smoke", .. args]));
    }

    [Fact]
    public async Task A_deployment_that_issues_tokens_by_another_url_fails()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var (exitCode, output) = await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}api");

        Assert.Equal(1, exitCode);
        Assert.Contains($"the issuer is {Issuer}; set Tokens__Issuer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_must_be_published_is_looked_for()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var file = Path.GetTempFileName();
        string[] args = ["--base-url", $"{app.Client.BaseAddress}api", "--issuer", Issuer, "--signing-key", file];
        await File.WriteAllTextAsync(file, app.Services.GetRequiredService<IOptions<TokenOptions>>().Value.SigningKey);
        var (exitCode, output) = await RunAsync(app, args);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(file, other.ExportPkcs8PrivateKeyPem());
        var missing = await RunAsync(app, args);
        File.Delete(file);

        Assert.Equal((0, 1), (exitCode, missing.ExitCode));
        Assert.Contains($"ok      publishes the key of {file}", output, StringComparison.Ordinal);
        Assert.Contains("no published key has the id", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_accepts_and_stays_silent_is_waited_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var output = new StringWriter();
        using var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(100) };
        var patience = TimeSpan.FromSeconds(3);
        var start = Stopwatch.GetTimestamp();
        var url = $"http://{silent.LocalEndpoint}/api";

        Assert.Equal(1, await new SmokeCommand(client, output, patience).RunAsync(["--base-url", url], CancellationToken.None));
        Assert.True(Stopwatch.GetElapsedTime(start) >= patience);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(TestApp app, params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        return (
            await new SmokeCommand(app.Client, output, TimeSpan.FromSeconds(1)).RunAsync(args, CancellationToken.None), output.ToString());
    }
}
