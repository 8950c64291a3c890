using System.Net;
using System.Text.Json.Nodes;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Changes that a passkey confirms instead of the password.</summary>
[SharedApp]
public sealed class PasskeyConfirmationTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string NewPassword = "green tractor 78";
    private readonly SoftAuthenticator authenticator = new();

    private string Address { get; } = NewAddress();

    [Theory, Holds("J10")]
    [InlineData("email", "username", "new@example.com")]
    [InlineData("password", "new_password", NewPassword)]
    [InlineData("delete", "x", "")]
    [InlineData("totp/recovery-codes", "x", "")]
    [InlineData("totp/remove", "x", "")]
    [InlineData("passkeys/options", "x", "")]
    public async Task A_passkey_confirms_a_change_in_place_of_both_factors(string operation, string field, string value)
    {
        var access = await EnrolAsync();
        var body = await App.ConfirmAsync(access, authenticator);
        body[field] = value;
        var answer = await App.PostAsync(operation, body, access);

        Assert.True(answer.Status is HttpStatusCode.OK, answer.Text);
        Assert.Equal("invalid_credential", (await AgainAsync(operation, body)).Message);
    }

    [Theory, Holds("J10")]
    [InlineData("delete")]
    [InlineData("password")]
    [InlineData("totp/recovery-codes")]
    [InlineData("totp/remove")]
    public async Task A_call_whose_answer_was_lost_is_repeated_with_the_same_passkey_and_does_nothing_again(string operation)
    {
        var access = await EnrolAsync();
        var body = await App.ConfirmAsync(access, authenticator);
        body["new_password"] = NewPassword;
        var first = await App.PostAsync(operation, body, access);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        if (operation is "password")
        {
            access = (await App.PostAsync("refresh", new { refresh })).Data.GetProperty("access").GetString();
        }

        var events = (await App.AccountRowsAsync(Address)).Count(row => row.RowKey.StartsWith("event-", StringComparison.Ordinal));
        Assert.Equal(first.Text, (await App.PostAsync(operation, body, access)).Text);
        Assert.Equal(
            events, (await App.AccountRowsAsync(Address)).Count(row => row.RowKey.StartsWith("event-", StringComparison.Ordinal)));
        if (operation is "password")
        {
            body["new_password"] = "red tractor 79";
            Assert.Equal("invalid_credential", (await App.PostAsync(operation, body, access)).Message);
        }
    }

    [Fact, Holds("J10")]
    public async Task A_passkey_of_another_account_or_without_verification_confirms_nothing()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var stranger = new SoftAuthenticator();
        var strangers = (await App.SignInWithNewPasskeyAsync(NewAddress(), stranger)).GetProperty("access").GetString();
        await RefusedAsync(await App.ConfirmAsync(access, stranger));
        await RefusedAsync(await App.ConfirmAsync(strangers, stranger));
        await RefusedAsync(await App.ConfirmAsync(strangers, authenticator));
        stranger.UserHandle = authenticator.Passkeys[0].UserHandle;
        await RefusedAsync(await App.ConfirmAsync(access, stranger));
        authenticator.IsVerified = false;
        await RefusedAsync(await App.ConfirmAsync(access, authenticator));
        authenticator.IsVerified = true;
        var late = await App.ConfirmAsync(access, authenticator);
        App.Time.Advance(TimeSpan.FromMinutes(5));
        await RefusedAsync(late);

        // Some authenticators leave out the user handle where the passkey was named.
        authenticator.UserHandle = [];
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", await App.ConfirmAsync(access, authenticator), access)).Status);

        async Task RefusedAsync(JsonObject body) =>
            Assert.Equal("invalid_credential", (await App.PostAsync("delete", body, access)).Message);
    }

    [Fact, Holds("J9", "J10")]
    public async Task A_counter_that_goes_back_confirms_nothing_and_the_owner_is_told()
    {
        authenticator.Counter = 5;
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        authenticator.Counter = 5;

        Assert.Equal("invalid_credential", (await App.PostAsync("delete", await App.ConfirmAsync(access, authenticator), access)).Message);
        Assert.Contains(await App.WaitForMailsAsync(Address, 3), mail => mail.Subject == "A sign-in to your Example account was refused");
    }

    [Fact, Holds("J14")]
    public async Task Of_an_account_without_a_password_the_last_passkey_stays_even_if_two_are_removed_at_once()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        await App.AddPasskeyAsync(access, new SoftAuthenticator());
        await RemovePasswordAsync();
        var ids = (await App.GetAsync("passkeys", access)).Data.EnumerateArray().Select(passkey => passkey.GetProperty("id").GetString());
        var answers = await Task.WhenAll(ids.ToList().Select(id => App.SendAsync(
            new HttpRequestMessage(HttpMethod.Delete, $"/api/account/passkeys/{id}"), access)));

        Assert.Equal(["last_way_in", null], answers.Select(answer => answer.Message).OrderDescending());
        Assert.Equal(1, (await App.GetAsync("passkeys", access)).Data.GetArrayLength());
    }

    [Fact, Holds("J10")]
    public async Task The_owner_of_an_account_without_a_password_confirms_with_a_passkey()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        await RemovePasswordAsync();
        Assert.Equal("invalid_password", (await App.PostAsync("delete", new { password = TestApp.Password }, access)).Message);
        var body = await App.ConfirmAsync(access, authenticator);
        body["new_password"] = NewPassword;
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", body, access)).Status);
        var login = await App.LoginAsync(Address, NewPassword);
        Assert.Equal(HttpStatusCode.OK, login.Status);
        access = login.Data.GetProperty("access").GetString();

        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", await App.ConfirmAsync(access, authenticator), access)).Status);
    }

    [Fact, Holds("J10")]
    public async Task A_password_change_by_passkey_keeps_the_callers_device()
    {
        var login = await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var access = login.GetProperty("access").GetString();
        var body = await App.ConfirmAsync(access, authenticator);
        body["new_password"] = NewPassword;
        await App.PostAsync("password", body, access);
        var device = login.GetProperty("device").GetString();
        var again = await App.PostAsync("login", new { username = Address, password = NewPassword, device });

        Assert.Equal(device, again.Data.GetProperty("device").GetString());
    }

    [Theory]
    [InlineData("""{}""", "password: required")]
    [InlineData("""{"state":"x"}""", "credential: required")]
    [InlineData("""{"credential":{}}""", "state: required")]
    [InlineData("""{"password":null}""", "password: null")]
    [InlineData("""{"state":"x","credential":{}}""", "invalid_credential")]
    [InlineData("""{"state":"x","credential":{},"password":"a wrong password"}""", "invalid_password")]
    [InlineData("""{"state":1,"credential":2,"password":3}""", "state: invalid\ncredential: invalid\npassword: invalid")]
    public async Task A_change_needs_one_of_the_two(string body, string message)
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();

        Assert.Equal(message, (await App.PostAsync("delete", JsonNode.Parse(body)!, access)).Message);
    }

    private string? refresh;

    // With an authenticator app and a passkey.
    private async Task<string?> EnrolAsync()
    {
        var app = await App.EnrolAsync(Address);
        refresh = app.Refresh;
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var (options, state) = await App.BeginAsync("passkeys/options", app.Access, new { password = TestApp.Password, otp = app.Code });
        var added = await App.PostAsync("passkeys", new { state, credential = authenticator.Create(options) }, app.Access);
        Assert.True(added.Status is HttpStatusCode.OK, added.Text);
        return app.Access;
    }

    // By another session, where there may be one.
    private async Task<Answer> AgainAsync(string operation, JsonObject body)
    {
        if (operation is "delete")
        {
            var (options, state) = await App.BeginAsync("login/passkey/options", null);
            Assert.Equal(
                "deletion_pending",
                (await App.PostAsync("login/passkey", new { state, credential = authenticator.Get(options) })).Message);
            return await App.PostAsync("login/passkey", body);
        }

        var login = await App.LoginWithPasskeyAsync(authenticator);
        return await App.PostAsync(operation, body, login.Data.GetProperty("access").GetString());
    }

    private async Task RemovePasswordAsync()
    {
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account");
        row.Remove("PasswordHash");
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag, Azure.Data.Tables.TableUpdateMode.Replace);
    }
}
