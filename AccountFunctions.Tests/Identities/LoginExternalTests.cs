using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using Microsoft.AspNetCore.Http;

namespace AccountFunctions.Tests.Identities;

/// <summary>Sign-in with an ID token: whose account it opens, and which it makes.</summary>
[SharedApp]
public sealed class LoginExternalTests(AzuriteFixture azurite) : AppTests(azurite), IClassFixture<Issuers>
{
    private readonly Issuers issuers = Issuers.Current;

    private string Address { get; } = NewAddress();

    private string Subject => $"subject of {Address}";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, Issuers.Current.Settings());

    [Fact, Holds("J12")]
    public async Task A_verified_address_becomes_an_account_without_a_password_and_its_owner_is_told()
    {
        var login = (await LoginAsync()).Data;
        Assert.Equal(["fed"], Authenticator.MethodsOf(login));
        var user = login.GetProperty("user");
        Assert.Equal((Address, "Ada", "Lovelace", "C"), (
            TextOf(user, "username"), TextOf(user, "first_name"), TextOf(user, "last_name"), TextOf(user, "role")));
        var rows = await App.AccountRowsAsync(Address);
        var account = rows.Single(row => row.RowKey == "account");
        Assert.Null(account.GetString("PasswordHash"));
        Assert.Equal(
            ["activated", "identity_linked", "signed_in"], rows.Select(row => row.GetString("Kind")).OfType<string>().Order());
        Assert.Equal("Your Example account was linked to another service", Assert.Single(await App.WaitForMailsAsync(Address, 1)).Subject);

        // The identity is the account's, whatever address the provider tells.
        var again = await LoginAsync(address: NewAddress());
        Assert.Equal(Address, TextOf(again.Data.GetProperty("user"), "username"));
        Assert.Equal(account.PartitionKey, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(TextOf(again.Data, "access")).Subject);
        var kept = new { provider = "acme", id_token = Token(null), device = TextOf(login, "device") };
        Assert.Equal(kept.device, TextOf((await App.PostAsync("login/external", kept)).Data, "device"));
    }

    [Theory]
    [InlineData("given_name", "  Grace ", "Grace", "")]
    [InlineData("name", "Grace Hopper", "Grace Hopper", "")]
    [InlineData("given_name", "Gra\nce", "", "")]
    [InlineData("given_name", null, "", "")]
    public async Task Names_of_the_token_are_taken_where_details_would_take_them(string claim, string? value, string first, string last)
    {
        var token = issuers.Acme.Token(App.Time.GetUtcNow(), Subject, Address, claims =>
        {
            claims.Remove("given_name");
            claims.Remove("family_name");
            claims[claim] = value;
        });
        var user = (await App.PostAsync("login/external", new { provider = "acme", id_token = token })).Data.GetProperty("user");

        Assert.Equal((first, last), (TextOf(user, "first_name"), TextOf(user, "last_name")));
    }

    [Fact]
    public async Task A_client_of_Apple_tells_the_names_that_the_token_has_not()
    {
        var token = issuers.Apple.Token(App.Time.GetUtcNow(), Subject, Address, claims =>
        {
            claims.Remove("given_name");
            claims.Remove("family_name");
        });
        var request = new { provider = "apple", id_token = token, first_name = "Grace", last_name = "Hopper" };
        var user = (await App.PostAsync("login/external", request)).Data.GetProperty("user");

        Assert.Equal(("Grace", "Hopper"), (TextOf(user, "first_name"), TextOf(user, "last_name")));
    }

    [Fact, Holds("J12")]
    public async Task What_a_stranger_registered_at_the_address_is_dead_once_its_owner_signs_in_at_the_provider()
    {
        await App.RegisterAsync(Address, "the password of a stranger");
        var code = await App.NextCodeAsync(Address);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync()).Status);

        Assert.Equal("invalid_code", (await App.PostAsync("activate", new { username = Address, code })).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "the password of a stranger")).Message);
        Assert.DoesNotContain(await App.AddressRowsAsync(Address), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        Assert.Null((await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account").GetString("PasswordHash"));
    }

    [Fact, Holds("J12")]
    public async Task An_account_that_exists_is_not_opened_by_its_address_alone()
    {
        await App.ActivateAsync(Address);
        var rows = await App.AccountRowsAsync(Address);

        Assert.Equal("account_exists", (await LoginAsync()).Message);
        Assert.Equal("account_exists", (await LoginAsync(address: Address.ToUpperInvariant())).Message);
        Assert.Equal(rows.Count, (await App.AccountRowsAsync(Address)).Count);
        Assert.DoesNotContain(await App.RowsAsync("Addresses"), row => row.PartitionKey == Name);
    }

    [Fact, Holds("J12")]
    public async Task An_unverified_address_neither_opens_an_account_nor_says_whether_there_is_one()
    {
        await App.ActivateAsync(Address);
        var unverified = issuers.Acme.Token(App.Time.GetUtcNow(), Subject, Address, claims => claims["email_verified"] = false);

        Assert.Equal(
            "email_not_verified", (await App.PostAsync("login/external", new { provider = "acme", id_token = unverified })).Message);
    }

    [Fact, Holds("J12")]
    public async Task Another_subject_with_the_same_address_is_another_identity()
    {
        await LoginAsync();

        Assert.Equal("account_exists", (await LoginAsync("another subject")).Message);
        var token = issuers.Google.Token(App.Time.GetUtcNow(), Subject, Address);
        Assert.Equal("account_exists", (await App.PostAsync("login/external", new { provider = "google", id_token = token })).Message);
    }

    [Fact, Holds("J12")]
    public async Task The_second_factor_is_asked_for_whatever_the_provider_asked_for()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        var secret = await EnrolAsync(access);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var token = issuers.Acme.Token(App.Time.GetUtcNow(), Subject, Address, claims => claims["amr"] = new JsonArray("mfa", "hwk"));
        Task<Answer> SignInAsync(string? otp) => App.PostAsync("login/external", new { provider = "acme", id_token = token, otp });

        Assert.Equal("otp_required", (await SignInAsync(null)).Message);
        Assert.Equal("invalid_otp", (await SignInAsync("ZZZZZZZZZZ")).Message);
        Assert.Equal(["fed", "otp"], Authenticator.MethodsOf((await SignInAsync(CodeOf(secret))).Data));
    }

    [Theory, Holds("J12")]
    [InlineData("Disabled", "disabled_account")]
    [InlineData("ExpirationDate", "expired_account")]
    [InlineData("DeletesAt", "deletion_pending")]
    public async Task An_account_that_may_not_sign_in_does_not(string column, string refusal)
    {
        await LoginAsync();
        var account = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account");
        account[column] = column switch
        {
            "Disabled" => true,
            "ExpirationDate" => App.Time.GetUtcNow(),
            _ => (object)App.Time.GetUtcNow().AddDays(3),
        };
        await App.Table("Accounts").UpdateEntityAsync(account, account.ETag);

        Assert.Equal(refusal, (await LoginAsync()).Message);
    }

    [Fact, Holds("J12", "C7")]
    public async Task Strangers_who_fail_at_the_address_do_not_delay_the_owner_of_the_identity()
    {
        await LoginAsync();
        for (var tries = 0; tries < 6; tries++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync()).Status);
    }

    [Fact, Holds("J12")]
    public async Task First_sign_ins_at_once_make_one_account()
    {
        // On two instances, because one takes turns.
        await using var other = await TestApp.StartAsync(App.Storage, issuers.Settings(), App.Time);
        var request = new { provider = "acme", id_token = Token(Address) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            place => (place % 2 == 0 ? App : other).PostAsync("login/external", request)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var accounts = (await App.RowsAsync("Accounts")).Where(row => row.RowKey == "account" && row.GetString("Username") == Address);
        var claims = (await App.RowsAsync("Addresses")).Where(row => row.RowKey == "account"
            && (row.PartitionKey == Name || row.PartitionKey == EmailAddress.KeyOf(Address)));
        var owner = Assert.Single(claims.Select(claim => claim.GetString("AccountId")).Distinct());
        Assert.Contains(accounts, account => account.PartitionKey == owner);
        Assert.Single(await App.RowsAsync("Accounts"), row => row.PartitionKey == owner && row.GetString("Kind") == "identity_linked");
    }

    [Fact, Holds("J12")]
    public async Task A_password_is_set_by_a_mailed_code_and_both_ways_lead_in()
    {
        await LoginAsync();
        await App.WaitForMailsAsync(Address, 1);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 2);
        await App.PostAsync("forgot", new { username = Address, code, new_password = TestApp.Password });

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync()).Status);
    }

    [Fact, OwnApp, Holds("J11")]
    public async Task While_the_issuer_is_away_known_keys_go_on_and_unknown_ones_are_503()
    {
        await using var issuer = await FakeIssuer.StartAsync("solo");
        await using var app = await TestApp.StartAsync(NewStorage(), issuer.Settings());
        issuer.Instead = async context =>
        {
            context.Response.StatusCode = 500;
            await Task.CompletedTask;
        };
        Task<Answer> SignInAsync(IssuerKey key) => app.PostAsync(
            "login/external", new { provider = "solo", id_token = key.Sign(issuer.Claims(app.Time.GetUtcNow(), Subject, Address)) });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SignInAsync(issuer.Key)).Status);
        issuer.Instead = null;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SignInAsync(issuer.Key)).Status);
        app.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(issuer.Key)).Status);
        app.Time.Advance(TimeSpan.FromDays(3));
        await issuer.DisposeAsync();
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(issuer.Key)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SignInAsync(new IssuerKey("2"))).Status);
    }

    [Theory, OwnApp, Holds("J11")]
    [InlineData("another issuer")]
    [InlineData("no JSON")]
    [InlineData("keys over http")]
    [InlineData("no keys")]
    [InlineData("too long")]
    [InlineData("redirect")]
    public async Task Metadata_that_cannot_be_trusted_is_as_none(string fault)
    {
        await using var issuer = await FakeIssuer.StartAsync("solo");
        await using var app = await TestApp.StartAsync(NewStorage(), issuer.Settings());
        var good = issuer.Metadata.ToJsonString();
        issuer.Instead = async context =>
        {
            if (fault is "redirect" && !context.Request.QueryString.HasValue)
            {
                context.Response.Redirect($"{context.Request.Path}?again");
                return;
            }

            await context.Response.WriteAsync(fault switch
            {
                "another issuer" => good.Replace($"\"{issuer.Issuer}\"", $"\"{issuer.Issuer}/\"", StringComparison.Ordinal),
                "no JSON" => "<html>",
                "keys over http" => good.Replace("127.0.0.1", "192.0.2.1", StringComparison.Ordinal),
                "no keys" => $$"""{"issuer":"{{issuer.Issuer}}"}""",
                "too long" => good + new string(' ', 600_000),
                _ => good,
            });
        };
        var token = issuer.Token(app.Time.GetUtcNow(), Subject, Address);

        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await app.PostAsync("login/external", new { provider = "solo", id_token = token })).Status);
        Assert.Equal(0, issuer.Requests);
    }

    [Fact, OwnApp, Holds("J11")]
    public async Task New_keys_are_found_at_once_and_made_up_ones_fetch_nothing_more()
    {
        await using var issuer = await FakeIssuer.StartAsync("solo");
        await using var app = await TestApp.StartAsync(NewStorage(), issuer.Settings());
        Task<Answer> SignInAsync(IssuerKey key) => app.PostAsync(
            "login/external", new { provider = "solo", id_token = key.Sign(issuer.Claims(app.Time.GetUtcNow(), Subject, Address)) });
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(issuer.Key)).Status);
        Assert.Equal(1, issuer.Requests);
        app.Time.Advance(TimeSpan.FromMinutes(5));
        var former = issuer.Key;
        issuer.Keys.Clear();
        issuer.Keys.Add(issuer.Key = new IssuerKey("2"));
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(issuer.Key)).Status);
        Assert.Equal("invalid_id_token", (await SignInAsync(former)).Message);
        Assert.Equal(2, issuer.Requests);

        app.Time.Advance(TimeSpan.FromMinutes(5));
        var forged = await Task.WhenAll(Enumerable.Range(0, 50).Select(place => SignInAsync(new IssuerKey($"made up {place}", "ES256"))));
        Assert.All(forged, answer => Assert.Equal("invalid_id_token", answer.Message));
        Assert.Equal(3, issuer.Requests);
        app.Time.Advance(TimeSpan.FromHours(12));
        var first = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SignInAsync(issuer.Key)));
        Assert.All(first, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(4, issuer.Requests);
    }

    [Fact, OwnApp, Holds("J11")]
    public async Task Nothing_is_fetched_before_the_first_token_and_nothing_for_what_cannot_be_one()
    {
        await using var issuer = await FakeIssuer.StartAsync("solo");
        await using var app = await TestApp.StartAsync(NewStorage(), issuer.Settings());
        var expired = issuer.Token(app.Time.GetUtcNow().AddDays(-2), Subject, Address);
        await app.PostAsync("login/external", new { provider = "solo", id_token = expired });

        Assert.Equal(0, issuer.Requests);
    }

    private string Name => IdentityEntity.NameOf(issuers.Acme.Issuer, Subject);

    private string Token(string? address) => issuers.Acme.Token(App.Time.GetUtcNow(), Subject, address);

    private Task<Answer> LoginAsync(string? subject = null, string? address = null) => App.PostAsync(
        "login/external",
        new { provider = "acme", id_token = issuers.Acme.Token(App.Time.GetUtcNow(), subject ?? Subject, address ?? Address) });

    private async Task<string> EnrolAsync(string access)
    {
        var confirm = new { confirm_provider = "acme", confirm_id_token = Token(Address) };
        var secret = TextOf((await App.PostAsync("totp", confirm, access)).Data, "secret");
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("totp/confirm", new { code = CodeOf(secret) }, access)).Status);
        return secret;
    }

    private string CodeOf(string secret) => Authenticator.CodeOf(secret, App.Time.GetUtcNow());

    private static string TextOf(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
