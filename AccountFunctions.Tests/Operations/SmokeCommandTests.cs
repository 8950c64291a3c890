using Operations;

namespace AccountFunctions.Tests.Operations;

public sealed class SmokeCommandTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_healthy_app_passes_and_is_not_changed()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var (exitCode, output) = await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}api/");

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.EndsWith("all checks passed\n", output, StringComparison.Ordinal);
        Assert.Empty(await app.RowsAsync("Addresses"));
        Assert.Empty(await app.RowsAsync("Accounts"));
    }

    [Fact]
    public async Task A_named_address_gets_a_code()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());

        Assert.Equal(0, (await RunAsync(app, "--base-url", $"{app.Client.BaseAddress}api", "--register", "ops@example.com")).ExitCode);
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
    public async Task Anything_else_explains_the_command(params string[] args)
    {
        Assert.Equal((2, ""), await OperationsProgram.RunAsync(["smoke", .. args]));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(TestApp app, params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        return (
            await new SmokeCommand(app.Client, output, TimeSpan.FromSeconds(1)).RunAsync(args, CancellationToken.None), output.ToString());
    }
}
