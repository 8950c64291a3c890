using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace AccountFunctions.Tests.Accounts;

/// <summary>The command line for operators who administer accounts with access to the tables.</summary>
[SharedApp]
public sealed class AdminCommandTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string Address { get; } = NewAddress();

    [Fact]
    public async Task The_first_administrator_is_made_and_the_history_says_who_did_it()
    {
        await App.ActivateAsync(Address);
        var (exitCode, text) = await RunAsync("", "grant", Address, "--json");
        var account = JsonDocument.Parse(text).RootElement;

        Assert.Equal((0, "A"), (exitCode, account.GetProperty("role").GetString()));
        Assert.Equal("A", (await App.LoginAsync(Address)).Data.GetProperty("user").GetProperty("role").GetString());
        var changed = Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "role_changed");
        Assert.Equal(("operator", "tools/Operations"), (changed.GetString("By"), changed.GetString("Client")));
        Assert.Equal(1, (await RunAsync("", "grant", NewAddress())).ExitCode);
        Assert.Equal("no account has this address\n", (await RunAsync("", "show", NewAddress())).Text);
        Assert.Equal("username: invalid_email\n", (await RunAsync("", "show", "nobody")).Text);
    }

    [Fact]
    public async Task An_account_is_invited_disabled_enabled_extended_and_listed()
    {
        Assert.Matches($"^[0-9a-f]{{32}}  C  enabled   expires .*Z  {Address}\n$", (await RunAsync("", "invite", Address)).Text);
        Assert.Equal("username_taken\n", (await RunAsync("", "invite", await ActivatedAsync())).Text);
        Assert.Contains("  C  disabled  expires ", (await RunAsync("", "disable", Address)).Text, StringComparison.Ordinal);
        Assert.Contains("  C  enabled ", (await RunAsync("", "enable", Address)).Text, StringComparison.Ordinal);
        Assert.Equal("expiration_date: invalid\n", (await RunAsync("", "extend", Address, "soon")).Text);
        Assert.Contains(
            "expires 2031-02-03 04:05:06Z", (await RunAsync("", "extend", Address, "2031-02-03T04:05:06Z")).Text, StringComparison.Ordinal);

        Assert.Contains($"  {Address}\n", (await RunAsync("", "list")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_the_API_does_the_same_and_the_history_says_who_did_it()
    {
        var admin = await App.SignInAsAdministratorAsync(NewAddress());
        using var client = new HttpClient { BaseAddress = new Uri(App.Client.BaseAddress!, "api/") };
        async Task<string> OverApiAsync(string token, params string[] args)
        {
            using var output = new StringWriter { NewLine = "\n" };
            await new AdminCommand(new ApiAdministration(client, token), TextReader.Null, output).RunAsync(args, default);
            return output.ToString();
        }

        var shown = await OverApiAsync(admin, "invite", Address);
        Assert.Matches($"^[0-9a-f]{{32}}  C  enabled   expires .*Z  {Address}\n$", shown);
        Assert.Equal(shown, await OverApiAsync(admin, "show", Address));
        Assert.Contains(shown, await OverApiAsync(admin, "list"), StringComparison.Ordinal);
        foreach (var (command, expected) in new[]
        {
            ("grant", "  A  "), ("revoke", "  C  "), ("disable", "  disabled  "), ("enable", "  enabled  "), ("sign-out", shown),
        })
        {
            Assert.Contains(expected, await OverApiAsync(admin, command, Address), StringComparison.Ordinal);
        }

        Assert.Contains("2031-02-03", await OverApiAsync(admin, "extend", Address, "2031-02-03T04:05:06Z"), StringComparison.Ordinal);
        Assert.Contains(Address, await OverApiAsync(admin, "reset", Address, "--yes"), StringComparison.Ordinal);
        Assert.Contains(Address, await OverApiAsync(admin, "factor-remove", Address, "--yes"), StringComparison.Ordinal);
        Assert.Contains("  deleted ", await OverApiAsync(admin, "delete", Address, "--now", "--yes"), StringComparison.Ordinal);
        Assert.Equal("token_not_valid\n", await OverApiAsync("no token", "show", Address));
        Assert.Equal("no account has this address\n", await OverApiAsync(admin, "show", NewAddress()));
    }

    [Fact]
    public async Task What_cannot_be_undone_is_done_only_if_the_operator_is_sure()
    {
        await App.ActivateAsync(Address);
        Assert.Equal(1, (await RunAsync("yes\n", "reset", Address)).ExitCode);
        Assert.Equal(1, (await RunAsync("", "delete", Address, "--now")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Equal(0, (await RunAsync($"{Address}\n", "reset", Address)).ExitCode);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address)).Message);
        Assert.Matches($"  {Address}  deleted [^\n]*Z\n$", (await RunAsync("", "delete", Address, "--yes")).Text);
    }

    [Theory]
    [InlineData]
    [InlineData("erase", "ada@example.com")]
    [InlineData("show")]
    [InlineData("show", "ada@example.com", "--now")]
    [InlineData("show", "ada@example.com", "--force")]
    public async Task A_command_that_makes_no_sense_shows_the_usage(params string[] args) =>
        Assert.Equal((2, AdminCommand.Usage + "\n"), await RunAsync("", args));

    private async Task<string> ActivatedAsync()
    {
        var address = NewAddress();
        await App.ActivateAsync(address);
        return address;
    }

    private async Task<(int ExitCode, string Text)> RunAsync(string typed, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var tables = ActivatorUtilities.CreateInstance<TableAdministration>(App.Services);
        var command = new AdminCommand(tables, new StringReader(typed), output);
        return (await command.RunAsync(args, default), output.ToString());
    }
}
