using System.Net;
using System.Text.Json;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Reset codes of a client that has signed in before, out of the reach of strangers.</summary>
[SharedApp]
public sealed class CodeLanesTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string NewPassword = "green tractor 78";
    private string device = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync()
    {
        device = DeviceOf(await App.SignInAsync(Address));
        App.Time.Advance(TimeSpan.FromMinutes(1));
    }

    [Fact, Holds("C1", "C7", "C9")]
    public async Task Strangers_can_neither_use_up_the_owners_mails_nor_burn_the_owners_code()
    {
        // Five mails an hour, one of them the activation.
        for (var mail = 0; mail < 4; mail++)
        {
            Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address)).Status);
            await App.WaitForMailsAsync(Address, mail + 2);
            App.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await CodeAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address, device)).Status);
        var code = await App.NextCodeAsync(Address, mails: 6);
        for (var guess = 0; guess < 10; guess++)
        {
            Assert.Equal("invalid_code", (await ResetAsync(Other(code))).Message);
        }

        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code, device)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact, Holds("C7", "E9")]
    public async Task The_device_stays_good_and_every_other_one_is_void()
    {
        var other = DeviceOf((await App.LoginAsync(Address)).Data);
        await ResetWithDeviceAsync();
        for (var failure = 0; failure < 5; failure++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(other)).Status);
        var login = await LoginAsync(device);
        Assert.Equal((HttpStatusCode.OK, device), (login.Status, DeviceOf(login.Data)));
    }

    [Fact, Holds("C7")]
    public async Task A_reset_lifts_the_delay_of_the_device()
    {
        for (var failure = 0; failure < 5; failure++)
        {
            await LoginAsync(device, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(device, TestApp.Password)).Status);
        await ResetWithDeviceAsync();
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
    }

    [Fact, Holds("C1", "C2")]
    public async Task The_lane_has_the_same_limits_of_tries_and_mails()
    {
        await CodeAsync(Address, device);
        var code = await App.NextCodeAsync(Address, mails: 2);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await CodeAsync(Address, device)).Status);
        for (var guess = 0; guess < 5; guess++)
        {
            Assert.Equal("invalid_code", (await ResetAsync(Other(code), device)).Message);
        }

        Assert.Equal("invalid_code", (await ResetAsync(code, device)).Message);
        for (var mail = 1; mail < 5; mail++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address, device)).Status);
        }

        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await CodeAsync(Address, device)).Status);

        // Others are not counted here.
        Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address)).Status);
    }

    [Fact, Holds("C9")]
    public async Task The_code_of_a_mail_that_a_stranger_requested_is_good_for_the_client_too()
    {
        await CodeAsync(Address, device);
        await App.WaitForMailsAsync(Address, 2);
        await CodeAsync(Address);

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(await App.NextCodeAsync(Address, mails: 3), device)).Status);
    }

    [Fact, Holds("C7")]
    public async Task A_take_back_code_keeps_the_device_too()
    {
        var token = (await LoginAsync(device, TestApp.Password)).Data.GetProperty("access").GetString();
        var moved = NewAddress();
        await App.PostAsync("email", new { password = TestApp.Password, username = moved }, token);
        await App.PostAsync("email/confirm", new { code = await App.NextCodeAsync(moved) }, token);

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(await App.TakeBackCodeAsync(Address), device)).Status);
        Assert.Equal(device, DeviceOf((await LoginAsync(device)).Data));
    }

    [Fact]
    public async Task Without_a_code_of_its_own_the_client_may_redeem_the_shared_one()
    {
        await CodeAsync(Address);

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(await App.NextCodeAsync(Address, mails: 2), device)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
    }

    [Fact, Holds("B13")]
    public async Task The_same_call_again_answers_the_same_and_anything_else_is_refused()
    {
        var code = await ResetWithDeviceAsync();

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code, device)).Status);
        Assert.Equal("invalid_code", (await ResetAsync(code, device, "yellow tractor 79")).Message);
        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "password_reset");
    }

    [Fact, Holds("B3")]
    public async Task A_code_of_the_lane_is_good_once_even_for_many_at_once()
    {
        await CodeAsync(Address, device);
        var code = await App.NextCodeAsync(Address, mails: 2);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(number => ResetAsync(code, device, $"{NewPassword}{number}")));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
    }

    [Fact, Holds("A2")]
    public async Task A_device_that_is_not_of_the_account_is_as_good_as_none_at_every_address()
    {
        var unknown = NewAddress();
        foreach (var address in new[] { Address, unknown })
        {
            Assert.Equal(HttpStatusCode.OK, (await CodeAsync(address, "made-up")).Status);
        }

        var known = await CodeAsync(Address, "made-up");
        var other = await CodeAsync(unknown, "made-up");
        Assert.Equal(HttpStatusCode.TooManyRequests, other.Status);
        Assert.Equal((other.Status, other.Text), (known.Status, known.Text));
        Assert.Equal(
            (await ResetAsync("123456", "made-up", address: unknown)).Text, (await ResetAsync("123456", "made-up")).Text);
    }

    [Fact, Holds("C9")]
    public async Task Of_a_thief_who_signs_in_again_and_again_three_new_devices_a_day_get_codes_of_their_own()
    {
        App.Time.Advance(TimeSpan.FromDays(1));
        for (var sessions = 0; sessions < 3; sessions++)
        {
            var fresh = DeviceOf((await App.LoginAsync(Address)).Data);
            Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address, fresh)).Status);
        }

        var late = DeviceOf((await App.LoginAsync(Address)).Data);
        Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address, late)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await CodeAsync(Address)).Status);
        var lanes = (await App.AddressRowsAsync(Address)).Count(row => row.RowKey.StartsWith("code-reset-", StringComparison.Ordinal));
        Assert.Equal(3, lanes);

        // The owner's device is older.
        Assert.Equal(HttpStatusCode.OK, (await CodeAsync(Address, device)).Status);
    }

    [Fact, Holds("B3")]
    public async Task A_change_of_password_voids_the_codes_of_every_lane()
    {
        var login = (await LoginAsync(device, TestApp.Password)).Data;
        await CodeAsync(Address, device);
        var code = await App.NextCodeAsync(Address, mails: 2);
        await App.PostAsync(
            "password", new { password = TestApp.Password, new_password = NewPassword }, login.GetProperty("access").GetString());

        Assert.Equal("invalid_code", (await ResetAsync(code, device, "yellow tractor 79")).Message);
    }

    private static string DeviceOf(JsonElement login) => login.GetProperty("device").GetString()!;

    private static string Other(string code) => code is "111111" ? "222222" : "111111";

    private async Task<string> ResetWithDeviceAsync()
    {
        await CodeAsync(Address, device);
        var code = await App.NextCodeAsync(Address, mails: 2);
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code, device)).Status);
        return code;
    }

    private Task<Answer> CodeAsync(string username, string? device = null) => App.PostAsync("code", new { username, device });

    private Task<Answer> ResetAsync(string code, string? device = null, string password = NewPassword, string? address = null) =>
        App.PostAsync("forgot", new { username = address ?? Address, code, new_password = password, device });

    private Task<Answer> LoginAsync(string device, string password = NewPassword) =>
        App.PostAsync("login", new { username = Address, password, device });
}
