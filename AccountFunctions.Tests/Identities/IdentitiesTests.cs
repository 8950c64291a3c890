using System.Net;
using System.Text.Json;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Tests.Identities;

/// <summary>Identities that owners link to their accounts and unlink.</summary>
[SharedApp]
public sealed class IdentitiesTests(AzuriteFixture azurite) : AppTests(azurite), IClassFixture<Issuers>
{
    private readonly Issuers issuers = Issuers.Current;

    private string Address { get; } = NewAddress();

    private string Subject => $"subject of {Address}";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, Issuers.Current.Settings());

    [Fact, Holds("J12")]
    public async Task An_identity_is_linked_listed_used_and_unlinked_and_its_owner_is_told()
    {
        var access = await SignInAsync();
        var other = NewAddress();
        var linked = await LinkAsync(access, email: other, verified: false);
        Assert.Equal(("acme", other), (TextOf(linked.Data, "provider"), TextOf(linked.Data, "email")));
        Assert.Equal(linked.Data.ToString(), Assert.Single((await App.GetAsync("identities", access)).Data.EnumerateArray()).ToString());
        var login = await LoginAsync();
        Assert.Equal(Address, TextOf(login.Data.GetProperty("user"), "username"));
        Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(access)).Status);

        Assert.Empty((await App.GetAsync("identities", access)).Data.EnumerateArray());
        Assert.Equal("account_exists", (await LoginAsync()).Message);
        Assert.DoesNotContain(await App.RowsAsync("Addresses"), row => row.PartitionKey == Name);
        var mails = await App.WaitForMailsAsync(Address, 3);
        Assert.Equal(
            [
                "A link between your Example account and another service was removed",
                "Your Example account was linked to another service",
            ],
            mails.Skip(1).Select(mail => mail.Subject).Order());
        App.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), await RefusalOfAsync(UnlinkAsync(access)));
    }

    [Fact, Holds("J12")]
    public async Task To_link_an_identity_its_owner_proves_again_who_it_is()
    {
        var access = await SignInAsync();
        Task<Answer> AskAsync(object request) => App.PostAsync("identities", request, access);

        Assert.Equal("password: required", (await AskAsync(new { provider = "acme", id_token = Token() })).Message);
        Assert.Equal("invalid_password", (await AskAsync(new { provider = "acme", id_token = Token(), password = "wrong" })).Message);

        // A thief with the session must not confirm by the very identity that it links.
        var confirmed = new { provider = "acme", id_token = Token(), confirm_provider = "acme", confirm_id_token = Token() };
        Assert.Equal("invalid_password", (await AskAsync(confirmed)).Message);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await App.PostAsync("identities", new { provider = "acme", id_token = Token() })).Status);
        Assert.Empty((await App.GetAsync("identities", access)).Data.EnumerateArray());
    }

    [Fact, Holds("J12")]
    public async Task A_second_factor_is_asked_for_and_a_repeated_call_may_send_the_same_code()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var token = Token();
        Task<Answer> AskAsync(string? otp) => App.PostAsync(
            "identities", new { provider = "acme", id_token = token, password = TestApp.Password, otp }, authenticator.Access);

        Assert.Equal("otp_required", (await AskAsync(null)).Message);
        var otp = authenticator.Code;
        var first = await AskAsync(otp);
        Assert.Equal(first.Text, (await AskAsync(otp)).Text);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "identity_linked");
    }

    [Fact, Holds("J11")]
    public async Task A_forged_token_links_nothing()
    {
        var access = await SignInAsync();
        var forged = new IssuerKey("1").Sign(issuers.Acme.Claims(App.Time.GetUtcNow(), Subject, Address));

        Assert.Equal(
            "invalid_id_token",
            (await App.PostAsync("identities", new { provider = "acme", id_token = forged, password = TestApp.Password }, access)).Message);
    }

    [Fact, Holds("J12")]
    public async Task An_identity_belongs_to_one_account_and_an_account_has_one_of_each_provider()
    {
        var (first, second) = (await SignInAsync(), await SignInAsync(NewAddress()));
        Assert.Equal(HttpStatusCode.OK, (await LinkAsync(first)).Status);

        Assert.Equal("identity_taken", (await LinkAsync(second)).Message);
        Assert.Equal("identity_taken", (await LinkAsync(first, subject: "another of " + Address)).Message);
        Assert.Empty((await App.GetAsync("identities", second)).Data.EnumerateArray());
        Assert.DoesNotContain(await App.RowsAsync("Accounts"), row => row.ContainsKey("PlanId") && row.GetString("PlanId") is not null);
        Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(first)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LinkAsync(second)).Status);
    }

    [Fact, Holds("J12")]
    public async Task Two_accounts_that_link_one_identity_at_once_end_with_one_owner()
    {
        var accesses = new List<string>();
        for (var place = 0; place < 4; place++)
        {
            accesses.Add(await SignInAsync(NewAddress()));
        }

        var answers = await Task.WhenAll(accesses.Concat(accesses).Select(access => LinkAsync(access)));
        var owners = 0;
        foreach (var access in accesses)
        {
            owners += (await App.GetAsync("identities", access)).Data.GetArrayLength();
        }

        Assert.Equal(1, owners);
        Assert.InRange(answers.Count(answer => answer.Status is HttpStatusCode.OK), 1, 2);
        Assert.All(answers, answer => Assert.True(answer.Message is null or "identity_taken", answer.Text));
    }

    [Fact, Holds("J14")]
    public async Task The_last_way_in_stays()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        Assert.Equal("last_way_in", (await UnlinkAsync(access)).Message);
        Assert.Equal(HttpStatusCode.OK, (await LinkAppleAsync(access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(access)).Status);

        Assert.Equal("last_way_in", (await UnlinkAsync(access, "apple")).Message);
    }

    [Fact, Holds("J14")]
    public async Task A_password_or_a_passkey_is_a_way_in()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        var id = (await App.AccountRowsAsync(Address))[0].PartitionKey;
        await App.Table("Accounts").AddEntityAsync(new Azure.Data.Tables.TableEntity(id, "passkey-00")
        {
            ["CredentialId"] = "AA",
            ["PublicKey"] = "AA",
            ["Counter"] = 0L,
            ["Created"] = App.Time.GetUtcNow(),
            ["Name"] = "key",
        });

        Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(access)).Status);
    }

    [Fact, Holds("J14")]
    public async Task Of_the_last_two_identities_removed_at_once_one_stays()
    {
        // On two instances, because one takes turns.
        await using var other = await TestApp.StartAsync(App.Storage, issuers.Settings(), App.Time);
        for (var round = 0; round < 16; round++)
        {
            var address = NewAddress();
            var subject = $"subject of {address}";
            var access = TextOf((await LoginAsync(subject, address)).Data, "access");
            Assert.Equal(HttpStatusCode.OK, (await LinkAppleAsync(access, subject)).Status);
            var answers = await Task.WhenAll(UnlinkAsync(access), UnlinkAsync(access, "apple", other));

            Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
            Assert.Single(answers, answer => answer.Message == "last_way_in");
            Assert.Equal(1, (await App.GetAsync("identities", access)).Data.GetArrayLength());
        }
    }

    [Fact, Holds("J12")]
    public async Task An_account_without_a_password_confirms_a_change_by_a_fresh_token_of_its_own_identity()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        Task<Answer> DeleteAsync(string token, string provider = "acme", string? nonce = null) => App.PostAsync(
            "delete", new { confirm_provider = provider, confirm_id_token = token, confirm_nonce = nonce }, access);
        var now = App.Time.GetUtcNow().ToUnixTimeSeconds();

        Assert.Equal("password: required", (await App.PostAsync("delete", new { }, access)).Message);
        Assert.Equal("confirm_provider: required", (await App.PostAsync("delete", new { confirm_id_token = "x" }, access)).Message);
        Assert.Equal("confirm_provider: invalid", (await DeleteAsync(Token(), "unknown")).Message);
        Assert.Equal("invalid_id_token", (await DeleteAsync(Token("another"))).Message);
        var ofGoogle = issuers.Google.Token(App.Time.GetUtcNow(), Subject, Address);
        Assert.Equal("invalid_id_token", (await DeleteAsync(ofGoogle, "google")).Message);
        Assert.Equal("invalid_id_token", (await DeleteAsync(Token(), nonce: "x")).Message);
        Assert.Equal("invalid_id_token", (await DeleteAsync(issuers.Acme.Token(
            App.Time.GetUtcNow(), Subject, Address, claims => claims["auth_time"] = now - 301))).Message);
        Assert.Equal("invalid_id_token", (await DeleteAsync(issuers.Acme.Token(
            App.Time.GetUtcNow(), Subject, Address, claims => claims["iat"] = now - 301))).Message);
        var fresh = issuers.Acme.Token(App.Time.GetUtcNow(), Subject, Address, claims =>
        {
            (claims["auth_time"], claims["nonce"]) = (now - 299, "n");
        });
        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(fresh, nonce: "n")).Status);
    }

    [Fact, Holds("C7", "J12")]
    public async Task Strangers_do_not_delay_a_confirmation_of_a_session_whose_device_later_sign_ins_have_ended()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        Task<Answer> AskAsync(string operation, string? otp) =>
            App.PostAsync(operation, new { confirm_provider = "acme", confirm_id_token = Token(), otp }, access);

        var secret = TextOf((await AskAsync("totp", null)).Data, "secret");
        var codes = (await App.PostAsync("totp/confirm", new { code = Authenticator.CodeOf(secret, App.Time.GetUtcNow()) }, access))
            .Data.GetProperty("recovery_codes");
        var rows = await App.AccountRowsAsync(Address);
        foreach (var row in rows.Where(row => row.RowKey.StartsWith("trusted-device-", StringComparison.Ordinal)))
        {
            await App.Table("Accounts").DeleteEntityAsync(row);
        }

        for (var guesses = 0; guesses < 6; guesses++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal("invalid_otp", (await AskAsync("totp/recovery-codes", "ZZZZZZZZZZ")).Message);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("totp/recovery-codes", codes[0].GetString())).Status);
    }

    [Fact]
    public async Task A_first_password_is_set_and_set_again_by_a_repeated_call()
    {
        var access = TextOf((await LoginAsync()).Data, "access");
        var set = new { confirm_provider = "acme", confirm_id_token = Token(), new_password = TestApp.Password };
        var login = (await LoginAsync()).Data;
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", set, access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("identities", TextOf(login, "access"))).Status);
    }

    [Fact, Holds("I4")]
    public async Task The_export_says_which_identities_there_are()
    {
        var access = await SignInAsync();
        await LinkAsync(access);
        var identity = Assert.Single((await App.GetAsync("export", access)).Json.GetProperty("identities").EnumerateArray());

        Assert.Equal(
            ("acme", issuers.Acme.Issuer, Subject, Address),
            (TextOf(identity, "provider"), TextOf(identity, "issuer"), TextOf(identity, "subject"), TextOf(identity, "email")));
    }

    private string Name => IdentityEntity.NameOf(issuers.Acme.Issuer, Subject);

    private async Task<string> SignInAsync(string? address = null) => TextOf(await App.SignInAsync(address ?? Address), "access");

    private string Token(string? subject = null, string? email = null, bool verified = true) => issuers.Acme.Token(
        App.Time.GetUtcNow(), subject ?? Subject, email ?? Address, claims => claims["email_verified"] = verified);

    private Task<Answer> LoginAsync(string? subject = null, string? email = null) =>
        App.PostAsync("login/external", new { provider = "acme", id_token = Token(subject, email) });

    private Task<Answer> LinkAsync(string access, string? subject = null, string? email = null, bool verified = true) => App.PostAsync(
        "identities", new { provider = "acme", id_token = Token(subject, email, verified), password = TestApp.Password }, access);

    private Task<Answer> LinkAppleAsync(string access, string? subject = null)
    {
        var apple = issuers.Apple.Token(App.Time.GetUtcNow(), subject ?? Subject, null);
        return App.PostAsync(
            "identities",
            new { provider = "apple", id_token = apple, confirm_provider = "acme", confirm_id_token = Token(subject) },
            access);
    }

    private Task<Answer> UnlinkAsync(string access, string provider = "acme", TestApp? instance = null) =>
        (instance ?? App).SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/identities/{provider}"), access);

    private static async Task<(HttpStatusCode Status, string? Message)> RefusalOfAsync(Task<Answer> asking)
    {
        var answer = await asking;
        return (answer.Status, answer.Message);
    }

    private static string TextOf(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
