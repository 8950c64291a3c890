using System.Net;
using AccountFunctions.Lifecycle;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Jobs;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class PasskeyTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private readonly SoftAuthenticator authenticator = new();

    private string Address { get; } = NewAddress();

    [Theory, Holds("J8")]
    [InlineData(SoftPasskey.ES256)]
    [InlineData(SoftPasskey.EdDSA)]
    [InlineData(SoftPasskey.RS256)]
    public async Task A_passkey_is_added_used_renamed_and_removed_and_its_owner_is_told(int algorithm)
    {
        var access = await SignInAsync();
        var added = (await App.AddPasskeyAsync(access, authenticator, algorithm, name: " Ada's phone ")).Data;
        Assert.Equal(("Ada's phone", true), (added.GetProperty("name").GetString(), added.GetProperty("backed_up").GetBoolean()));
        App.Time.Advance(TimeSpan.FromMinutes(1));
        var login = await App.LoginWithPasskeyAsync(authenticator);
        Assert.Equal(["hwk"], Authenticator.MethodsOf(login.Data));
        Assert.Equal(Address, login.Data.GetProperty("user").GetProperty("username").GetString());
        var id = added.GetProperty("id").GetString();
        var renamed = (await App.PostAsync($"passkeys/{id}", new { name = "Ada's key" }, access)).Data;
        Assert.Equal("Ada's key", renamed.GetProperty("name").GetString());
        var listed = Assert.Single((await App.GetAsync("passkeys", access)).Data.EnumerateArray());
        Assert.Equal("Ada's key", listed.GetProperty("name").GetString());
        Assert.True(listed.GetProperty("last_used").GetDateTime() > listed.GetProperty("created").GetDateTime());
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("success", (await RemoveAsync(id, access)).Data.GetString());

        Assert.Equal("invalid_credential", (await App.LoginWithPasskeyAsync(authenticator)).Message);
        Assert.Empty((await App.GetAsync("passkeys", access)).Data.EnumerateArray());
        var subjects = (await App.WaitForMailsAsync(Address, 3)).Skip(1).Select(mail => mail.Subject).Order();
        Assert.Equal(
            ["A passkey was added to your Example account", "A passkey was removed from your Example account"], subjects);
        Assert.Equal(["passkey_removed", "passkey_renamed", "passkey_added"], await KindsAsync(access));
    }

    [Fact]
    public async Task What_a_browser_needs_to_forget_a_passkey_is_in_the_list()
    {
        var access = await SignInAsync();
        var (options, state) = await App.BeginAsync("passkeys/options", access);
        await App.PostAsync("passkeys", new { state, credential = authenticator.Create(options) }, access);
        var listed = (await App.GetAsync("passkeys", access)).Data[0];

        Assert.Equal(options.GetProperty("rp").GetProperty("id").GetString(), listed.GetProperty("rp_id").GetString());
        Assert.Equal(options.GetProperty("user").GetProperty("id").GetString(), listed.GetProperty("user_id").GetString());
        Assert.Equal(
            System.Buffers.Text.Base64Url.EncodeToString(authenticator.Passkeys[0].Id), listed.GetProperty("credential_id").GetString());
    }

    [Fact, Holds("J8")]
    public async Task The_options_say_what_the_standard_asks()
    {
        var access = await SignInAsync();
        await App.AddPasskeyAsync(access, authenticator);
        var (creation, _) = await App.BeginAsync("passkeys/options", access);
        var (request, _) = await App.BeginAsync("login/passkey/options", null);
        var (confirmation, _) = await App.BeginAsync("passkeys/confirmation", access);

        Assert.Equal("""{"id":"localhost","name":"Example"}""", creation.GetProperty("rp").GetRawText());
        Assert.Equal(Address, creation.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("Ada Lovelace", creation.GetProperty("user").GetProperty("displayName").GetString());
        Assert.Equal(
            [-7, -8, -257],
            creation.GetProperty("pubKeyCredParams").EnumerateArray().Select(algorithm => algorithm.GetProperty("alg").GetInt32()));
        Assert.Equal(
            """{"residentKey":"required","requireResidentKey":true,"userVerification":"required"}""",
            creation.GetProperty("authenticatorSelection").GetRawText());
        Assert.Equal("none", creation.GetProperty("attestation").GetString());
        var known = Assert.Single(creation.GetProperty("excludeCredentials").EnumerateArray());
        Assert.Equal("""["hybrid","internal"]""", known.GetProperty("transports").GetRawText());
        Assert.Equal(known.GetRawText(), Assert.Single(confirmation.GetProperty("allowCredentials").EnumerateArray()).GetRawText());
        Assert.Empty(request.GetProperty("allowCredentials").EnumerateArray());
        Assert.Equal(
            ("localhost", "required", 300_000),
            (
                request.GetProperty("rpId").GetString(),
                request.GetProperty("userVerification").GetString(),
                request.GetProperty("timeout").GetInt32()));
    }

    [Fact]
    public async Task A_passkey_without_a_name_has_one_and_names_have_a_limit()
    {
        var access = await SignInAsync();
        var added = (await App.AddPasskeyAsync(access, authenticator)).Data;
        var id = added.GetProperty("id").GetString();
        Task<Answer> RenameAsync(object body) => App.PostAsync($"passkeys/{id}", body, access);

        Assert.Equal("Passkey", added.GetProperty("name").GetString());
        Assert.Equal("name: required", (await RenameAsync(new { })).Message);
        Assert.Equal("name: blank", (await RenameAsync(new { name = "  " })).Message);
        Assert.Equal("name: invalid", (await RenameAsync(new { name = "a\nb" })).Message);
        Assert.Equal("name: too_long", (await RenameAsync(new { name = new string('x', 101) })).Message);
        Assert.Equal("name: too_long", (await App.AddPasskeyAsync(access, new SoftAuthenticator(), name: new string('x', 101))).Message);
        Assert.Equal(HttpStatusCode.OK, (await RenameAsync(new { name = new string('x', 100) })).Status);
    }

    [Fact]
    public async Task A_passkey_of_another_account_is_not_found()
    {
        var owner = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var id = (await App.GetAsync("passkeys", owner)).Data[0].GetProperty("id").GetString();
        var stranger = (await App.SignInAsync(NewAddress())).GetProperty("access").GetString();
        foreach (var wanted in new[] { id, "x", new string('A', 64) })
        {
            Assert.Equal("not_found", (await RemoveAsync(wanted, stranger)).Message);
            Assert.Equal("not_found", (await App.PostAsync($"passkeys/{wanted}", new { name = "mine" }, stranger)).Message);
        }

        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
    }

    [Fact]
    public async Task A_repeated_call_answers_the_same_and_does_nothing_again()
    {
        var access = await SignInAsync();
        var (options, state) = await App.BeginAsync("passkeys/options", access);
        var body = new { state, credential = authenticator.Create(options), name = "phone" };
        var first = await App.PostAsync("passkeys", body, access);
        App.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(first.Text, (await App.PostAsync("passkeys", body, access)).Text);
        var id = first.Data.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await RemoveAsync(id, access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RemoveAsync(id, access)).Status);
        Assert.Equal("invalid_credential", (await App.PostAsync("passkeys", body, access)).Message);
        var other = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString();
        Assert.Equal("not_found", (await RemoveAsync(id, other)).Message);
        App.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("not_found", (await RemoveAsync(id, await RefreshedAsync())).Message);
        Assert.Equal(["passkey_removed", "passkey_added"], await KindsAsync(await RefreshedAsync()));
    }

    [Fact, Holds("J8")]
    public async Task A_call_that_is_sent_twice_at_once_gets_one_answer()
    {
        var access = await SignInAsync();
        var (options, state) = await App.BeginAsync("passkeys/options", access);
        var body = new { state, credential = authenticator.Create(options) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.PostAsync("passkeys", body, access)));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, answers[0].Text), (answer.Status, answer.Text)));
    }

    [Fact, Holds("J8")]
    public async Task A_registration_that_a_thief_has_begun_or_kept_is_void_after_a_new_password()
    {
        var access = await SignInAsync();
        var (options, state) = await App.BeginAsync("passkeys/options", access);
        var (_, begun) = await App.BeginAsync("passkeys/options", access);
        var kept = new { state, credential = authenticator.Create(options) };
        var id = (await App.PostAsync("passkeys", kept, access)).Data.GetProperty("id").GetString();
        var changed = new { password = TestApp.Password, new_password = "green tractor 78" };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", changed, access)).Status);
        var thief = (await App.LoginWithPasskeyAsync(authenticator)).Data.GetProperty("access").GetString();
        Assert.Equal(HttpStatusCode.OK, (await RemoveAsync(id, thief)).Status);

        Assert.Equal("invalid_credential", (await App.PostAsync("passkeys", kept, thief)).Message);
        Assert.Equal(
            "invalid_credential", (await App.PostAsync("passkeys", new { state = begun, kept.credential }, thief)).Message);
    }

    [Fact]
    public async Task The_twenty_first_passkey_is_one_too_many_also_at_once()
    {
        var access = await SignInAsync();
        for (var passkeys = 0; passkeys < 18; passkeys++)
        {
            Assert.Equal(HttpStatusCode.OK, (await App.AddPasskeyAsync(access, authenticator)).Status);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.AddPasskeyAsync(access, new SoftAuthenticator())));
        Assert.Equal(2, answers.Count(answer => answer.Status is HttpStatusCode.OK));
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.OK), answer => Assert.Equal("too_many", answer.Message));
        Assert.Equal("too_many", (await App.AddPasskeyAsync(access, authenticator)).Message);
        Assert.Equal(20, (await App.GetAsync("passkeys", access)).Data.GetArrayLength());
    }

    [Fact]
    public async Task Two_accounts_on_one_authenticator_each_open_their_own()
    {
        var other = NewAddress();
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        await App.SignInWithNewPasskeyAsync(other, authenticator);
        async Task<string?> SignedInAsync(SoftPasskey passkey) =>
            (await App.LoginWithPasskeyAsync(authenticator, passkey)).Data.GetProperty("user").GetProperty("username").GetString();

        Assert.Equal(Address, await SignedInAsync(authenticator.Passkeys[0]));
        Assert.Equal(other, await SignedInAsync(authenticator.Passkeys[1]));
    }

    [Fact, Holds("J8")]
    public async Task An_account_with_an_authenticator_app_is_asked_for_no_code()
    {
        var app = await App.EnrolAsync(Address);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var (options, state) = await App.BeginAsync("passkeys/options", app.Access, new { password = TestApp.Password, otp = app.Code });
        await App.PostAsync("passkeys", new { state, credential = authenticator.Create(options) }, app.Access);

        Assert.Equal("otp_required", (await App.LoginAsync(Address)).Message);
        Assert.Equal(["hwk"], Authenticator.MethodsOf((await App.LoginWithPasskeyAsync(authenticator)).Data));
    }

    [Fact]
    public async Task To_add_a_passkey_the_caller_proves_who_it_is()
    {
        var access = await SignInAsync();

        Assert.Equal("password: required", (await App.PostAsync("passkeys/options", new { }, access)).Message);
        Assert.Equal("invalid_password", (await App.PostAsync("passkeys/options", new { password = "a wrong password" }, access)).Message);
        Assert.Equal("not_authenticated", (await App.PostAsync("passkeys/options", new { password = TestApp.Password })).Message);
        Assert.Equal("not_authenticated", (await App.PostAsync("passkeys", new { })).Message);
        Assert.Equal("not_authenticated", (await App.GetAsync("passkeys")).Message);
        Assert.Equal("not_authenticated", (await App.PostAsync("passkeys/confirmation", new { })).Message);
    }

    [Fact]
    public async Task Failed_passwords_of_strangers_do_not_delay_a_passkey()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        for (var failures = 0; failures < 5; failures++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task A_client_that_keeps_its_device_stays_the_same_device()
    {
        var device = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("device").GetString();

        Assert.Equal(
            device, (await App.LoginWithPasskeyAsync(authenticator, device: device)).Data.GetProperty("device").GetString());
        Assert.NotEqual(device, (await App.LoginWithPasskeyAsync(authenticator)).Data.GetProperty("device").GetString());
    }

    [Fact]
    public async Task Self_attestation_is_taken_like_none()
    {
        authenticator.AttestsItself = true;
        await App.SignInWithNewPasskeyAsync(Address, authenticator);

        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
    }

    [Fact, OwnApp]
    public async Task Options_for_a_sign_in_write_nothing()
    {
        await App.BeginAsync("login/passkey/options", null);
        var queues = await Task.WhenAll(AccountFunctions.Storage.QueueNames.All.Select(LengthAsync));
        string[] tables = ["Accounts", "Addresses", "Deletions", "Directory", "Tickets", "Throttles"];
        async Task<int> CountAsync() => (await Task.WhenAll(tables.Select(App.RowsAsync))).Sum(rows => rows.Count);
        var before = await CountAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => App.BeginAsync("login/passkey/options", null)));

        Assert.Equal(before, await CountAsync());
        Assert.Equal(queues, await Task.WhenAll(AccountFunctions.Storage.QueueNames.All.Select(LengthAsync)));
        async Task<int> LengthAsync(string queue) => (await App.Queue(queue).GetPropertiesAsync()).Value.ApproximateMessagesCount;
    }

    [Fact, OwnApp]
    public async Task Without_the_setting_there_are_no_passkeys_and_nothing_is_loaded_for_them()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Passkeys:RelyingPartyId"] = "" });
        var access = (await app.SignInAsync(Address)).GetProperty("access").GetString();
        string[] operations = ["passkeys/options", "passkeys/confirmation", "passkeys", "login/passkey", "login/passkey/options"];
        foreach (var operation in operations)
        {
            var answer = await app.PostAsync(operation, new { password = TestApp.Password }, access);
            Assert.Equal((HttpStatusCode.NotFound, "not_found"), (answer.Status, answer.Message));
        }

        Assert.Equal("not_found", (await app.GetAsync("passkeys", access)).Message);
        var claim = new { state = "x", credential = new { id = "AAAA" } };
        Assert.Equal("invalid_credential", (await app.PostAsync("delete", claim, access)).Message);
        Assert.False(app.Services.GetRequiredService<PasskeyCeremonies>().IsLoaded);
    }

    [Fact]
    public async Task The_export_has_the_passkeys_without_their_keys()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey.StartsWith("passkey-", StringComparison.Ordinal));
        var export = await App.GetAsync("export", access);
        var passkey = Assert.Single(export.Json.GetProperty("passkeys").EnumerateArray());

        Assert.Equal("Passkey", passkey.GetProperty("name").GetString());
        Assert.Equal("""["hybrid","internal"]""", passkey.GetProperty("transports").GetRawText());
        Assert.DoesNotContain(row.GetString("PublicKey"), export.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(row.GetString("Challenge"), export.Text, StringComparison.Ordinal);
    }

    [Fact, OwnApp]
    public async Task A_purge_leaves_no_passkey()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var id = (await App.AccountRowsAsync(Address))[0].PartitionKey;
        await App.PostAsync("delete", new { password = TestApp.Password }, access);
        var purger = App.Services.GetRequiredService<AccountPurger>();
        for (var deliveries = 0; deliveries < 2; deliveries++)
        {
            App.Time.Advance(TimeSpan.FromDays(15));
            await purger.HandleAsync(new AccountPurge(id, App.Time.GetUtcNow()), default);
        }

        Assert.Empty(await App.RowsAsync("Accounts"));
        Assert.Equal("invalid_credential", (await App.LoginWithPasskeyAsync(authenticator)).Message);
    }

    [Theory]
    [InlineData("disabled_account")]
    [InlineData("expired_account")]
    [InlineData("deletion_pending")]
    [InlineData("invalid_credential")]
    public async Task An_account_that_may_not_sign_in_is_refused_as_with_its_password_and_its_passkey_stays_as_it_was(string refusal)
    {
        authenticator.Counter = 1;
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var now = App.Time.GetUtcNow();
        var account = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account");
        var (column, value) = refusal switch
        {
            "disabled_account" => ("Disabled", (object)true),
            "expired_account" => ("ExpirationDate", now),
            "deletion_pending" => ("DeletesAt", now + TimeSpan.FromDays(1)),
            _ => ("DeletesAt", now),
        };
        account[column] = value;
        await App.Table("Accounts").UpdateEntityAsync(account, account.ETag, TableUpdateMode.Replace);

        Assert.Equal(refusal, (await App.LoginWithPasskeyAsync(authenticator)).Message);
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey.StartsWith("passkey-", StringComparison.Ordinal));
        Assert.Equal(1, row.GetInt64("Counter"));
    }

    [Fact, Holds("J8")]
    public async Task What_is_stored_are_our_own_columns_and_no_state()
    {
        authenticator.Counter = 7;
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey.StartsWith("passkey-", StringComparison.Ordinal));

        Assert.Equal(
            [
                "Aaguid", "Challenge", "Counter", "Created", "CredentialId", "IsBackedUp", "IsBackupEligible", "LastUsed", "Name",
                "PublicKey", "Transports",
            ],
            row.Keys.Except(["PartitionKey", "RowKey", "Timestamp", "odata.etag", "Commit"]).Order(StringComparer.Ordinal));
        Assert.Equal(authenticator.Passkeys[0].PublicKey, System.Buffers.Text.Base64Url.DecodeFromChars(row.GetString("PublicKey")));
        Assert.Equal(7, row.GetInt64("Counter"));
    }

    private async Task<string?> SignInAsync() => (await App.SignInAsync(Address)).GetProperty("access").GetString();

    private async Task<string?> RefreshedAsync() => (await App.LoginAsync(Address)).Data.GetProperty("access").GetString();

    private Task<Answer> RemoveAsync(string? id, string? access) =>
        App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/passkeys/{id}"), access);

    private async Task<IEnumerable<string?>> KindsAsync(string? access) =>
        (await App.GetAsync("events", access)).Data.GetProperty("events").EnumerateArray()
            .Select(happened => happened.GetProperty("kind").GetString())
            .Where(kind => kind!.StartsWith("passkey", StringComparison.Ordinal));
}
