using System.Net;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class SignInByCodeTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private string Address { get; } = NewAddress();

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(
        storage, new() { ["Accounts:SignInByCode"] = "true", ["Throttle:ResendCooldown"] = "00:00:00" });

    [Fact, Holds("J15")]
    public async Task A_mailed_code_signs_in_once()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        var login = await LoginAsync(code);

        Assert.Equal(["mca"], Authenticator.MethodsOf(login.Data));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_code"), Outcome(await LoginAsync(code)));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact, OwnApp, Holds("J15")]
    public async Task It_is_off_unless_the_operator_switches_it_on()
    {
        await using var app = await TestApp.StartAsync(NewStorage());
        await app.ActivateAsync(Address);

        Assert.Equal((HttpStatusCode.NotFound, "not_found"), Outcome(await app.PostAsync("login/code", new { username = Address })));
        Assert.Equal("password: required", (await app.PostAsync("login", new { username = Address, code = "123456" })).Message);
    }

    [Fact, Holds("J15", "A1", "A3")]
    public async Task Known_unknown_and_disabled_addresses_get_the_same_answer_and_one_of_them_a_mail()
    {
        var (unknown, disabled) = (NewAddress(), NewAddress());
        await App.ActivateAsync(Address);
        await App.ActivateAsync(disabled);
        var account = (await App.AccountRowsAsync(disabled)).Single(row => row.RowKey == "account");
        account["Disabled"] = true;
        await App.Table("Accounts").UpdateEntityAsync(account, account.ETag);
        foreach (var address in new[] { unknown, disabled, Address })
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("login/code", new { username = address })).Status);
            Assert.Equal("invalid_code", (await App.PostAsync("login", new { username = address, code = "000000" })).Message);
            Assert.Contains(await App.AddressRowsAsync(address), row => row.RowKey == "code-login");
        }

        await App.WaitForMailsAsync(Address, 2);
        await App.DrainAsync();
        Assert.Empty(await App.MailsAsync(unknown));
        Assert.Single(await App.MailsAsync(disabled));
    }

    [Fact, Holds("J15", "B4")]
    public async Task Five_wrong_tries_even_at_once_void_the_code()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        var wrong = code == "000000" ? "000001" : "000000";
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => LoginAsync(wrong)));

        Assert.Equal("invalid_code", (await LoginAsync(code)).Message);
    }

    [Fact, Holds("J15", "B3")]
    public async Task Of_32_sign_ins_with_one_code_at_once_one_succeeds()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => LoginAsync(code)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Single(await App.AccountRowsAsync(Address), row => row.RowKey.StartsWith("session-", StringComparison.Ordinal));
    }

    [Fact, Holds("J15", "B6")]
    public async Task A_code_of_one_use_is_none_of_the_other()
    {
        await App.ActivateAsync(Address);
        var signIn = await CodeAsync(2);
        await App.PostAsync("code", new { username = Address });
        var reset = await App.NextCodeAsync(Address, 3);

        Assert.Equal("invalid_code", (await LoginAsync(reset)).Message);
        var forgot = new { username = Address, code = signIn, new_password = "green tractor 78" };
        Assert.Equal("invalid_code", (await App.PostAsync("forgot", forgot)).Message);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(signIn)).Status);
    }

    [Fact, Holds("J15", "B7")]
    public async Task A_change_of_password_voids_it()
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        var code = await CodeAsync(2);
        await App.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, access);

        Assert.Equal("invalid_code", (await LoginAsync(code)).Message);
    }

    [Fact, Holds("J4")]
    public async Task The_second_factor_is_still_asked_for_and_its_absence_uses_up_no_code()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        var code = await CodeAsync(3);
        for (var tries = 0; tries < 6; tries++)
        {
            Assert.Equal("otp_required", (await LoginAsync(code)).Message);
        }

        Assert.Equal("invalid_otp", (await LoginAsync(code, "ZZZZZ-ZZZZZ")).Message);
        Assert.Equal(["mca", "otp"], Authenticator.MethodsOf((await LoginAsync(code, authenticator.Code)).Data));
    }

    [Fact, Holds("J4")]
    public async Task A_wrong_second_factor_costs_a_try_of_the_code_and_is_a_failed_sign_in()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(Step);
        var code = await CodeAsync(3);
        for (var tries = 0; tries < 5; tries++)
        {
            Assert.Equal("invalid_otp", (await LoginAsync(code, $"ZZZZZ-ZZZZ{tries}")).Message);
        }

        Assert.Equal("invalid_code", (await LoginAsync(code, authenticator.Code)).Message);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("J3")]
    public async Task During_a_delay_no_second_factor_is_tried_so_a_right_one_is_not_used_up()
    {
        var authenticator = await App.EnrolAsync(Address);
        var code = await CodeAsync(3);
        for (var tries = 0; tries < 5; tries++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(code, authenticator.RecoveryCodes[0])).Status);
        App.Time.Advance(Step);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(code, authenticator.RecoveryCodes[0])).Status);
    }

    [Fact, Holds("J15", "C7")]
    public async Task Failed_passwords_of_strangers_do_not_delay_it()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        for (var tries = 0; tries < 5; tries++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(code)).Status);
    }

    [Fact, Holds("J15", "C9")]
    public async Task A_known_device_has_a_code_of_its_own_that_strangers_do_not_replace()
    {
        var device = (await App.SignInAsync(Address)).GetProperty("device").GetString();
        await App.PostAsync("login/code", new { username = Address, device });
        var own = await App.NextCodeAsync(Address, 2);
        await App.PostAsync("login/code", new { username = Address });
        await App.WaitForMailsAsync(Address, 3);
        var wrong = own == "000000" ? "000001" : "000000";
        for (var tries = 0; tries < 6; tries++)
        {
            await LoginAsync(wrong);
        }

        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("login", new { username = Address, code = own, device })).Status);
    }

    [Theory, Holds("J15", "B2")]
    [InlineData("", "code: blank")]
    [InlineData("12345", "code: invalid")]
    [InlineData("１２３ 456", "invalid_code")]
    public async Task A_code_that_cannot_match_costs_no_try(string code, string message) =>
        Assert.Equal(message, (await LoginAsync(code)).Message);

    [Fact, Holds("J15", "B2")]
    public async Task It_is_good_as_long_as_a_reset_code()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        App.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("invalid_code", (await LoginAsync(code)).Message);
    }

    [Fact, Holds("B8")]
    public async Task Its_row_holds_a_nonce_and_no_code()
    {
        await App.ActivateAsync(Address);
        var code = await CodeAsync(2);
        var row = (await App.AddressRowsAsync(Address)).Single(row => row.RowKey == "code-login");

        Assert.DoesNotContain(row.Keys, column => $"{row[column]}".Contains(code, StringComparison.Ordinal));
        Assert.Equal(EmailAddress.KeyOf(Address), row.PartitionKey);
    }

    private static (HttpStatusCode Status, string? Message) Outcome(Answer answer) => (answer.Status, answer.Message);

    /// <summary>The code of the mail that makes this many.</summary>
    private async Task<string> CodeAsync(int mails)
    {
        await App.WaitForMailsAsync(Address, mails - 1);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("login/code", new { username = Address })).Status);
        return await App.NextCodeAsync(Address, mails);
    }

    private Task<Answer> LoginAsync(string code, string? otp = null) => App.PostAsync("login", new { username = Address, code, otp });
}
