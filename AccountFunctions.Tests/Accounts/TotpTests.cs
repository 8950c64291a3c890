using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Factors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class TotpTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private string Address { get; } = NewAddress();

    [Fact, Holds("J1")]
    public async Task An_app_is_set_up_confirmed_used_and_removed_and_its_owner_is_told()
    {
        var authenticator = await App.EnrolAsync(Address);
        Assert.Equal("otp_required", (await App.LoginAsync(Address)).Message);
        App.Time.Advance(Step);
        var login = await LoginAsync(authenticator.Code);
        Assert.Equal(["pwd", "otp"], Authenticator.MethodsOf(login.Data));
        var access = login.Data.GetProperty("access").GetString();
        var shown = (await App.GetAsync("totp", access)).Data;
        Assert.Equal(10, shown.GetProperty("recovery_codes_left").GetInt32());
        Assert.Equal(JsonValueKind.String, shown.GetProperty("since").ValueKind);
        App.Time.Advance(Step);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmedAsync("totp/remove", authenticator.Code, access)).Status);

        Assert.Equal(JsonValueKind.Null, (await App.GetAsync("totp", access)).Data.GetProperty("since").ValueKind);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.DoesNotContain(await App.AccountRowsAsync(Address), row => row.RowKey == "factor-totp");
        var mails = await App.WaitForMailsAsync(Address, 3);
        Assert.Equal(
            ["Two-step verification was turned on", "Two-step verification was turned off"],
            mails.Skip(1).Select(mail => mail.Subject.Split(" for ")[0]).OrderDescending());
        var kinds = (await App.GetAsync("events", access)).Data.GetProperty("events").EnumerateArray()
            .Select(happened => happened.GetProperty("kind").GetString());
        Assert.Equal(["totp_removed", "totp_enabled"], kinds.Where(kind => kind!.StartsWith("totp", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_changes_before_the_app_is_confirmed_and_its_secret_waits_ten_minutes()
    {
        var access = await SignInAsync();
        var secret = await SetUpAsync(access);
        Assert.Equal(secret, await SetUpAsync(access));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("invalid_otp", (await ConfirmAsync(secret, access)).Message);
        Assert.NotEqual(secret, await SetUpAsync(access));
    }

    [Fact, Holds("J2")]
    public async Task A_code_is_good_one_step_either_side_and_never_twice()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(10 * Step);
        var now = App.Time.GetUtcNow();
        string CodeAt(int steps) => Authenticator.CodeOf(authenticator.Secret, now + (steps * Step));

        Assert.Equal("invalid_otp", (await LoginAsync(CodeAt(-2))).Message);
        Assert.Equal("invalid_otp", (await LoginAsync(CodeAt(2))).Message);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(CodeAt(-1))).Status);
        Assert.Equal("invalid_otp", (await LoginAsync(CodeAt(-1))).Message);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(CodeAt(1))).Status);
        Assert.Equal("invalid_otp", (await LoginAsync(CodeAt(0))).Message);
        Assert.Equal("invalid_otp", (await LoginAsync(CodeAt(1))).Message);
    }

    [Theory, Holds("J2")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_64_sign_ins_with_one_code_at_once_one_succeeds(bool isRecoveryCode)
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        var otp = isRecoveryCode ? authenticator.RecoveryCodes[3] : authenticator.Code;
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => LoginAsync(otp)));

        // The others count as failures, which may refuse even the one.
        Assert.InRange(answers.Count(answer => answer.Status is HttpStatusCode.OK), 0, 1);
        Assert.All(
            answers.Where(answer => answer.Status is not HttpStatusCode.OK),
            answer => Assert.True(answer.Message is "invalid_otp" or "throttled", answer.Text));
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "factor-totp");
        Assert.Equal(isRecoveryCode ? "3" : "", row.GetString("UsedRecoveryCodes") ?? "");
    }

    [Fact, Holds("J3")]
    public async Task A_recovery_code_works_once_however_it_is_typed_and_its_owner_is_told()
    {
        var authenticator = await App.EnrolAsync(Address);
        Assert.Equal(10, authenticator.RecoveryCodes.Distinct().Count());
        Assert.All(authenticator.RecoveryCodes, code => Assert.Matches("^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$", code));
        var typed = authenticator.RecoveryCodes[0].Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();

        Assert.Equal(["pwd", "otp"], Authenticator.MethodsOf((await LoginAsync(typed)).Data));
        Assert.Equal("invalid_otp", (await LoginAsync(authenticator.RecoveryCodes[0])).Message);
        Assert.Equal(9, (await App.GetAsync("totp", authenticator.Access)).Data.GetProperty("recovery_codes_left").GetInt32());
        Assert.Contains(
            await App.WaitForMailsAsync(Address, 3), mail => mail.Subject == "A recovery code of your Example account was used");
    }

    [Fact, Holds("J3")]
    public async Task New_recovery_codes_need_a_second_factor_and_void_the_old_ones()
    {
        var authenticator = await App.EnrolAsync(Address);
        Assert.Equal("otp_required", (await ConfirmedAsync("totp/recovery-codes", null, authenticator.Access)).Message);
        App.Time.Advance(Step);
        var otp = authenticator.Code;
        var renewed = (await ConfirmedAsync("totp/recovery-codes", otp, authenticator.Access)).Data.GetProperty("recovery_codes");
        var repeated = (await ConfirmedAsync("totp/recovery-codes", otp, authenticator.Access)).Data.GetProperty("recovery_codes");

        Assert.Equal(renewed.ToString(), repeated.ToString());
        Assert.DoesNotContain(authenticator.RecoveryCodes[0], renewed.ToString(), StringComparison.Ordinal);
        Assert.Equal("invalid_otp", (await LoginAsync(authenticator.RecoveryCodes[0])).Message);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(renewed[9].GetString())).Status);
        Assert.Contains(await App.WaitForMailsAsync(Address, 4), mail => mail.Subject == "Your Example account has new recovery codes");
    }

    [Fact, Holds("J3")]
    public async Task Guesses_at_recovery_codes_are_failed_sign_ins()
    {
        await App.EnrolAsync(Address);
        for (var tries = 0; tries < 5; tries++)
        {
            Assert.Equal("invalid_otp", (await LoginAsync($"AAAAA-AAAA{tries}")).Message);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync("AAAAA-AAAA9")).Status);
    }

    [Theory, Holds("J1")]
    [InlineData("email", "username", "new@example.com")]
    [InlineData("password", "new_password", "green tractor 78")]
    [InlineData("delete", "x", "")]
    [InlineData("totp/recovery-codes", "x", "")]
    [InlineData("totp/remove", "x", "")]
    public async Task A_change_that_asks_for_the_password_also_asks_for_the_second_factor(string operation, string field, string value)
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        Task<Answer> AskAsync(string? otp) => App.PostAsync(
            operation,
            new Dictionary<string, string?> { ["password"] = TestApp.Password, ["otp"] = otp, [field] = value },
            authenticator.Access);

        Assert.Equal("otp_required", (await AskAsync(null)).Message);
        Assert.Equal("otp_required", (await AskAsync("")).Message);
        Assert.Equal("otp: invalid", (await AskAsync("12345")).Message);
        Assert.Equal("invalid_otp", (await AskAsync("ZZZZZZZZZZ")).Message);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(authenticator.Code)).Status);
    }

    [Fact, Holds("J4")]
    public async Task A_restore_needs_the_second_factor_and_a_reset_leaves_it_on()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        await ConfirmedAsync("delete", authenticator.Code, authenticator.Access);
        await App.WaitForMailsAsync(Address, 3);
        App.Time.Advance(Step);
        Assert.Equal("otp_required", (await RestoreAsync(TestApp.Password, null)).Message);
        Assert.Equal(["pwd", "otp"], Authenticator.MethodsOf((await RestoreAsync(TestApp.Password, authenticator.Code)).Data));
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 5);
        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = "green tractor 78" })).Status);

        Assert.Equal("otp_required", (await App.LoginAsync(Address, "green tractor 78")).Message);
    }

    [Fact]
    public async Task A_change_is_repeated_with_the_same_code_by_the_same_session_and_by_no_other()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        var otp = authenticator.Code;
        var change = new { password = TestApp.Password, new_password = "green tractor 78", otp };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", change, authenticator.Access)).Status);
        var rows = await App.AccountRowsAsync(Address);
        var refreshed = await RefreshAsync(authenticator);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", change, refreshed)).Status);

        // It does not confirm another change.
        var remove = new { password = "green tractor 78", otp };
        Assert.Equal("invalid_otp", (await App.PostAsync("totp/remove", remove, refreshed)).Message);
        Assert.Equal(
            rows.Count(row => row.GetString("Kind") == "password_changed"),
            (await App.AccountRowsAsync(Address)).Count(row => row.GetString("Kind") == "password_changed"));
    }

    [Fact, Holds("J5")]
    public async Task Of_two_sessions_that_set_up_an_app_the_one_that_began_last_confirms_it_and_only_its_own_secret()
    {
        var first = await SignInAsync();
        var second = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString()!;
        var (ofFirst, ofSecond) = (await SetUpAsync(first), await SetUpAsync(second));

        Assert.Equal("invalid_otp", (await ConfirmAsync(ofFirst, first)).Message);
        Assert.Equal("invalid_otp", (await ConfirmAsync(ofSecond, first)).Message);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(ofSecond, second)).Status);
        var next = Authenticator.CodeOf(ofSecond, App.Time.GetUtcNow() + Step);
        Assert.Equal("totp_active", (await ConfirmedAsync("totp", next, first)).Message);
    }

    [Fact]
    public async Task Only_the_code_that_confirmed_the_secret_repeats_the_confirmation()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var used = authenticator.Code;
        Assert.Equal(HttpStatusCode.OK, (await ConfirmedAsync("totp/recovery-codes", used, authenticator.Access)).Status);

        Assert.Equal("invalid_otp", (await App.PostAsync("totp/confirm", new { code = used }, authenticator.Access)).Message);
    }

    [Fact, Holds("J5")]
    public async Task A_confirmation_at_once_in_many_requests_enables_one_set_of_recovery_codes()
    {
        var access = await SignInAsync();
        var secret = await SetUpAsync(access);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ConfirmAsync(secret, access)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Data.ToString()).Distinct());
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "totp_enabled");
    }

    [Fact, Holds("J5")]
    public async Task A_thief_with_an_access_token_cannot_guess_the_code_that_turns_it_on()
    {
        var access = await SignInAsync();
        var secret = await SetUpAsync(access);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => App.PostAsync("totp/confirm", new { code = "000000" }, access)));

        Assert.Equal("invalid_otp", (await ConfirmAsync(secret, access)).Message);
    }

    [Fact, Holds("J1")]
    public async Task A_session_from_before_keeps_saying_how_it_was_opened()
    {
        var login = await App.SignInAsync(Address);
        var access = login.GetProperty("access").GetString()!;
        await ConfirmAsync(await SetUpAsync(access), access);
        var refreshed = await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() });
        var sessions = (await App.GetAsync("sessions", access)).Data;

        Assert.Equal(["pwd"], Authenticator.MethodsOf(refreshed.Data));
        Assert.Equal("""["pwd"]""", sessions[0].GetProperty("amr").ToString());
    }

    [Fact, OwnApp, Holds("J6")]
    public async Task A_trusted_device_skips_the_factor_at_sign_in_for_its_days_and_never_for_a_change()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Factors:TrustDevices"] = "3" });
        var authenticator = await app.EnrolAsync(Address);
        Task<Answer> SignInAsync(string? otp, string? device) =>
            app.PostAsync("login", new { username = Address, password = TestApp.Password, otp, device });

        // The device from before has not proved it.
        Assert.Equal("otp_required", (await SignInAsync(null, authenticator.Device)).Message);
        app.Time.Advance(Step);
        var login = (await SignInAsync(authenticator.Code, authenticator.Device)).Data;
        app.Time.Advance(TimeSpan.FromDays(2));
        var again = (await SignInAsync(null, authenticator.Device)).Data;
        Assert.Equal(["pwd"], Authenticator.MethodsOf(again));
        Assert.Equal(
            "otp_required",
            (await app.PostAsync("delete", new { password = TestApp.Password }, again.GetProperty("access").GetString())).Message);
        Assert.Equal("otp_required", (await SignInAsync(null, login.GetProperty("device").GetString() + "x")).Message);
        app.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("otp_required", (await SignInAsync(null, authenticator.Device)).Message);
    }

    [Fact, OwnApp, Holds("J6")]
    public async Task A_device_that_proved_an_earlier_app_has_not_proved_the_present_one()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Factors:TrustDevices"] = "30" });
        var first = await app.EnrolAsync(Address);
        app.Time.Advance(Step);
        var login = await app.PostAsync(
            "login", new { username = Address, password = TestApp.Password, otp = first.Code, device = first.Device });
        app.Time.Advance(Step);
        var access = login.Data.GetProperty("access").GetString();
        await app.PostAsync("totp/remove", new { password = TestApp.Password, otp = first.Code }, access);
        await app.EnrolAsync(login.Data);

        Assert.Equal(
            "otp_required",
            (await app.PostAsync("login", new { username = Address, password = TestApp.Password, device = first.Device })).Message);
    }

    [Fact, Holds("J6")]
    public async Task No_device_is_trusted_unless_the_operator_says_so()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        var otp = authenticator.Code;
        var login = await App.PostAsync(
            "login", new { username = Address, password = TestApp.Password, otp, device = authenticator.Device });
        Assert.Equal(HttpStatusCode.OK, login.Status);

        Assert.Equal(
            "otp_required",
            (await App.PostAsync("login", new { username = Address, password = TestApp.Password, device = authenticator.Device })).Message);
    }

    [Fact, Holds("J7")]
    public async Task The_secret_is_stored_sealed_for_its_account_and_recovery_codes_not_at_all()
    {
        var authenticator = await App.EnrolAsync(Address);
        var rows = await App.AccountRowsAsync(Address);
        var text = JsonSerializer.Serialize(rows.Select(row => row.ToDictionary(column => column.Key, column => $"{column.Value}")));
        var row = rows.Single(row => row.RowKey == "factor-totp");
        var secrets = App.Services.GetRequiredService<TotpSecrets>();

        Assert.DoesNotContain(authenticator.Secret, text, StringComparison.Ordinal);
        Assert.All(authenticator.RecoveryCodes, code =>
        {
            Assert.DoesNotContain(code, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), text, StringComparison.OrdinalIgnoreCase);
        });
        Assert.Equal(authenticator.Secret, secrets.Show(row.PartitionKey, row.GetString("Secret")));
        Assert.Throws<CryptographicException>(() => secrets.Show("0193a5f0c1a87d2e9b3c4d5e6f708192", row.GetString("Secret")));
    }

    [Fact, OwnApp, Holds("J7")]
    public async Task A_new_key_opens_what_the_old_one_sealed_and_seals_it_again_at_the_next_sign_in()
    {
        var (storage, newKey, address) = (NewStorage(), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Address);
        const string oldKey = "ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoZXNlIGZhY3RvcnM=";
        Authenticator authenticator;
        await using (var old = await TestApp.StartAsync(storage))
        {
            authenticator = await old.EnrolAsync(address);
        }

        Task<TestApp> StartAsync(string previous) => TestApp.StartAsync(
            storage, new() { ["Factors:Key"] = newKey, ["Factors:PreviousKeys"] = previous }, authenticator.Time);
        Task<Answer> SignInAsync(TestApp app, string otp) =>
            app.PostAsync("login", new { username = address, password = TestApp.Password, otp });

        await using (var both = await StartAsync(oldKey))
        {
            authenticator.Time.Advance(Step);
            Assert.Equal(HttpStatusCode.OK, (await SignInAsync(both, authenticator.Code)).Status);
            Assert.Equal(HttpStatusCode.OK, (await SignInAsync(both, authenticator.RecoveryCodes[1])).Status);
        }

        await using var fresh = await StartAsync("");
        authenticator.Time.Advance(Step);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(fresh, authenticator.Code)).Status);
    }

    // RFC 6238 appendix B, SHA-1, the last six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_RFC(long seconds, string code)
    {
        var options = Options.Create(new FactorOptions { Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) });
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(seconds));
        var secrets = new TotpSecrets(options, new ProductName("Example"), time);

        Assert.Equal(seconds / 30, secrets.FindStep("id", secrets.Store("id", "12345678901234567890"u8), code));
    }

    [Fact]
    public async Task The_URI_names_product_and_account()
    {
        var authenticator = await App.EnrolAsync(Address);

        Assert.Equal(
            $"otpauth://totp/Example:{Uri.EscapeDataString(Address)}?secret={authenticator.Secret}&issuer=Example"
                + "&algorithm=SHA1&digits=6&period=30",
            authenticator.Uri);
    }

    private async Task<string> SignInAsync() => (await App.SignInAsync(Address)).GetProperty("access").GetString()!;

    private async Task<string> SetUpAsync(string access) =>
        (await App.PostAsync("totp", new { password = TestApp.Password }, access)).Data.GetProperty("secret").GetString()!;

    private Task<Answer> ConfirmAsync(string secret, string access) =>
        App.PostAsync("totp/confirm", new { code = Authenticator.CodeOf(secret, App.Time.GetUtcNow()) }, access);

    private Task<Answer> LoginAsync(string? otp) => App.PostAsync("login", new { username = Address, password = TestApp.Password, otp });

    private Task<Answer> RestoreAsync(string password, string? otp) => App.PostAsync("restore", new { username = Address, password, otp });

    private Task<Answer> ConfirmedAsync(string operation, string? otp, string? access) =>
        App.PostAsync(operation, new { password = TestApp.Password, otp }, access);

    private async Task<string?> RefreshAsync(Authenticator authenticator) =>
        (await App.PostAsync("refresh", new { refresh = authenticator.Refresh })).Data.GetProperty("access").GetString();
}
