using System.Net;
using AccountFunctions.Functions;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Tests.Functions;

/// <summary>Who is an administrator.</summary>
[SharedApp]
public sealed class AdministratorTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string Address { get; } = NewAddress();

    public static TheoryData<string, string> Operations => [.. RouteTable.All
        .Where(route => route.Endpoint?.Access is Access.Administrator)
        .Select(route => (route.Method.Method, route.Path.Replace("{id}", "0193a5f0c1a87d2e9b3c4d5e6f708192", StringComparison.Ordinal)))];

    [Theory, MemberData(nameof(Operations)), Holds("K1")]
    public async Task Nobody_else_gets_past_the_edge(string method, string path)
    {
        Task<Answer> SendAsync(string? token) => App.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), $"/api{path}")
            {
                Content = method is "POST" ? new StringContent("{}", System.Text.Encoding.UTF8, "application/json") : null,
            },
            token);
        var client = await App.EnrolAsync(Address);

        Assert.Equal((HttpStatusCode.Unauthorized, "not_authenticated"), Of(await SendAsync(null)));
        Assert.Equal((HttpStatusCode.Unauthorized, "token_not_valid"), Of(await SendAsync("no token")));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), Of(await SendAsync(client.Access)));

        // A session of before, without the second factor.
        await App.SetRoleAsync(Address, "A");
        Assert.Equal((HttpStatusCode.Forbidden, "second_factor_required"), Of(await SendAsync(client.Access)));
    }

    [Fact]
    public async Task A_passkey_is_as_good_as_a_second_factor()
    {
        var authenticator = new SoftAuthenticator();
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        await App.SetRoleAsync(Address, "A");
        var login = await App.LoginWithPasskeyAsync(authenticator);

        Assert.Equal(HttpStatusCode.OK, await ListAsync(App, login.Data.GetProperty("access").GetString()));
    }

    [Fact]
    public async Task The_setting_allows_a_password_alone()
    {
        await using var app = await TestApp.StartAsync(
            NewStorage(), new() { ["Admin:RequireSecondFactor"] = "false", ["Accounts:Administrators"] = Address });
        var login = await app.SignInAsync(Address);

        Assert.Equal("A", login.GetProperty("user").GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.OK, await ListAsync(app, login.GetProperty("access").GetString()));
    }

    [Fact, Holds("K1")]
    public async Task Calls_that_mail_are_counted()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new()
        {
            ["Admin:RequireSecondFactor"] = "false",
            ["Accounts:Administrators"] = Address,
            ["Throttle:RequestsPerMinute"] = "5",
        });
        var access = (await app.SignInAsync(Address)).GetProperty("access").GetString();
        for (var invitations = 0; invitations < 5; invitations++)
        {
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("admin/accounts", new { username = NewAddress() }, access)).Status);
        }

        Assert.Equal(
            HttpStatusCode.TooManyRequests, (await app.PostAsync("admin/accounts", new { username = NewAddress() }, access)).Status);
        Assert.Equal(HttpStatusCode.OK, await ListAsync(app, access));
    }

    [Fact, Holds("K1")]
    public async Task The_access_token_of_an_administrator_ends_with_its_session_and_with_the_role()
    {
        var access = await App.SignInAsAdministratorAsync(Address);
        Assert.Equal(HttpStatusCode.OK, await ListAsync(App, access));
        await App.SetRoleAsync(Address, "C");
        Assert.Equal(HttpStatusCode.Forbidden, await ListAsync(App, access));
        await App.SetRoleAsync(Address, "A");
        await App.PostAsync("logout", new { }, access);

        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(App, access));
    }

    [Fact]
    public async Task The_addresses_of_the_setting_become_administrators_when_they_are_activated_or_sign_in()
    {
        var storage = NewStorage();
        await using (var before = await TestApp.StartAsync(storage))
        {
            await before.ActivateAsync(Address);
        }

        var settings = new Dictionary<string, string?> { ["Accounts:Administrators"] = $" {Address.ToUpperInvariant()},new@example.com" };
        await using var app = await TestApp.StartAsync(storage, settings);
        Assert.Equal("A", RoleOf(await app.LoginAsync(Address)));
        Assert.Equal("A", RoleOf(await app.LoginAsync(Address)));
        Assert.Single(await app.AccountRowsAsync(Address), row => row.GetString("Kind") == "role_changed");
        await app.DrainAsync();
        Assert.DoesNotContain(await app.MailsAsync(Address), mail => mail.Subject.Contains("role", StringComparison.Ordinal));
        await app.ActivateAsync("new@example.com");
        Assert.Equal("A", RoleOf(await app.LoginAsync("new@example.com")));
        await app.ActivateAsync("other@example.com");
        Assert.Equal("C", RoleOf(await app.LoginAsync("other@example.com")));
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("ada@example.com,")]
    public async Task A_setting_that_names_no_addresses_refuses_the_start(string administrators)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartAsync(
            NewStorage(), new() { ["Accounts:Administrators"] = administrators }));

        Assert.Contains("Accounts__Administrators: must be email addresses", refused.ToString(), StringComparison.Ordinal);
    }

    private static (HttpStatusCode Status, string? Message) Of(Answer answer) => (answer.Status, answer.Message);

    private static string? RoleOf(Answer login) => login.Data.GetProperty("user").GetProperty("role").GetString();

    private static async Task<HttpStatusCode> ListAsync(TestApp app, string? access) =>
        (await app.GetAsync("admin/accounts", access)).Status;
}
