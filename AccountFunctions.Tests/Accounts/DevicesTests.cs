using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccountFunctions.Storage.Accounts;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Accounts;

/// <summary>The owner's lane: a client that signed in before is counted by itself.</summary>
[SharedApp]
public sealed class DevicesTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Wrong = "a wrong password";
    private const string Changed = "green tractor 78";
    private JsonElement login;
    private string device = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync()
    {
        login = await App.SignInAsync(Address);
        device = DeviceOf(login);
        App.Time.Advance(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Of_sign_ins_at_once_no_more_devices_and_sessions_stay_than_their_bounds()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Tokens:MaxSessions"] = "12" });
        await app.ActivateAsync("many@example.com");
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => app.LoginAsync("many@example.com")));
        var rows = await app.RowsAsync("Accounts");

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(10, rows.Count(row => row.RowKey.StartsWith("trusted-device-", StringComparison.Ordinal)));
        Assert.Equal(12, rows.Count(row => row.RowKey.StartsWith("session-", StringComparison.Ordinal)));
    }

    [Fact, Holds("C7")]
    public async Task Strangers_do_not_delay_the_owner()
    {
        await FloodAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        var owner = await LoginAsync(device);
        Assert.Equal((HttpStatusCode.OK, device), (owner.Status, DeviceOf(owner.Data)));

        // Nor does the owner clear the way for strangers.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address, Wrong)).Status);
    }

    [Fact, Holds("C7")]
    public async Task Strangers_who_have_locked_the_address_do_not_lock_the_owner()
    {
        for (var i = 0; i < 100; i++)
        {
            await App.LoginAsync(Address, Wrong);
            App.Time.Advance(TimeSpan.FromMinutes(15));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
    }

    [Fact, Holds("C7")]
    public async Task A_device_is_counted_by_the_same_numbers()
    {
        await FailAsync(5, device);
        foreach (var delay in new[] { 30, 60, 120, 240, 480, 900, 900 })
        {
            var delayed = await LoginAsync(device);
            Assert.Equal((HttpStatusCode.TooManyRequests, $"{delay}"), (delayed.Status, delayed.Headers["Retry-After"]));
            App.Time.Advance(TimeSpan.FromSeconds(delay));
            await FailAsync(1, device);
        }

        // Nothing of it counts for others, and a success ends it.
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
        await FailAsync(5, device);
    }

    [Fact, Holds("C7")]
    public async Task A_device_is_locked_after_a_hundred_failures_and_a_reset_helps()
    {
        var row = await RowAsync(device);
        (row["Failures"], row["LockedUntil"]) = (99, App.Time.GetUtcNow());
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag);
        await FailAsync(1, device);
        App.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(device)).Status);
        await ResetAsync();
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device, Changed)).Status);
    }

    [Fact, Holds("C7")]
    public async Task Of_wrong_passwords_that_a_device_sends_at_once_five_are_checked()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => LoginAsync(device, Wrong)));

        Assert.Equal(5, answers.Count(answer => answer.Message == "invalid_credentials"));
        Assert.Equal(35, answers.Count(answer => answer.Status is HttpStatusCode.TooManyRequests));
    }

    [Theory, Holds("C7")]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("../account")]
    public async Task What_is_no_device_of_the_account_counts_at_the_address(string made)
    {
        await FailAsync(5, made);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address, Wrong)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(made)).Status);
    }

    [Fact, Holds("C7")]
    public async Task The_device_of_another_account_counts_at_the_address()
    {
        var foreign = DeviceOf(await App.SignInAsync(NewAddress()));
        await FailAsync(5, foreign);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(foreign)).Status);
    }

    [Fact, Holds("C7")]
    public async Task Known_and_unknown_addresses_answer_the_same_to_a_device()
    {
        async Task<List<string>> TryAsync(string username)
        {
            List<string> answers = [];
            for (var i = 0; i < 7; i++)
            {
                var answer = await App.PostAsync("login", new { username, password = Wrong, device = "made up" });
                answers.Add($"{answer.Status} {answer.Text} {answer.Headers.GetValueOrDefault("Retry-After")}");
            }

            return answers;
        }

        Assert.Equal(await TryAsync(NewAddress()), await TryAsync(Address));
    }

    [Fact]
    public async Task A_device_that_is_no_text_is_refused()
    {
        Assert.Equal(
            "device: invalid", (await App.PostAsync("login", new { username = Address, password = TestApp.Password, device = 7 })).Message);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(null)).Status);
    }

    [Fact, Holds("C7")]
    public async Task A_reset_voids_every_device()
    {
        await ResetAsync();
        await FloodAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(device, Changed)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(device, DeviceOf((await LoginAsync(device, Changed)).Data));
        Assert.Single(await RowsAsync());
    }

    [Fact, Holds("C7")]
    public async Task A_new_password_voids_every_device_but_that_of_the_session()
    {
        var other = DeviceOf((await LoginAsync(null)).Data);
        Assert.Equal(HttpStatusCode.OK, (await ChangePasswordAsync()).Status);
        await FloodAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(other, Changed)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device, Changed)).Status);
    }

    [Fact, OwnApp, Holds("C7")]
    public async Task A_client_that_keeps_no_device_does_not_use_up_those_of_others()
    {
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "An old app");
        for (var i = 0; i < 15; i++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.LoginAsync(Address);
        }

        await FloodAsync();
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
    }

    [Fact]
    public async Task A_right_password_of_a_session_ends_the_counts_of_its_device_and_of_the_address()
    {
        for (var i = 0; i < 4; i++)
        {
            await App.PostAsync("password", new { password = Wrong, new_password = Changed }, Access(login));
        }

        Assert.Equal(HttpStatusCode.OK, (await ChangePasswordAsync()).Status);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, Wrong)).Message);
        }
    }

    [Fact]
    public async Task Rows_of_other_kinds_are_not_in_the_way()
    {
        var account = (await App.AccountRowsAsync(Address))[0].PartitionKey;
        await App.Table("Accounts").AddEntityAsync(new TableEntity(account, "totp"));

        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(device)).Status);
    }

    [Fact, Holds("C7")]
    public async Task Strangers_do_not_keep_the_owner_from_a_new_password()
    {
        await FloodAsync();
        Assert.Equal(HttpStatusCode.OK, (await ChangePasswordAsync()).Status);
    }

    [Fact, Holds("C7", "C9")]
    public async Task Strangers_do_not_delay_a_session_whose_device_later_sign_ins_have_ended()
    {
        for (var signIns = 0; signIns < 10; signIns++)
        {
            App.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        }

        await FloodAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(device)).Status);
        for (var guesses = 0; guesses < 4; guesses++)
        {
            var guess = await App.PostAsync("password", new { password = Wrong, new_password = Changed }, Access(login));
            Assert.Equal("invalid_password", guess.Message);
        }

        Assert.Equal(HttpStatusCode.OK, (await ChangePasswordAsync()).Status);
    }

    [Fact, Holds("C7")]
    public async Task Guesses_of_a_session_count_at_its_device_and_at_the_address()
    {
        for (var i = 0; i < 5; i++)
        {
            var guess = await App.PostAsync("password", new { password = Wrong, new_password = Changed }, Access(login));
            Assert.Equal("invalid_password", guess.Message);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await ChangePasswordAsync()).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(device)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task A_device_is_good_for_a_year_after_its_last_use()
    {
        var account = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == AccountEntity.RowName);
        account["ExpirationDate"] = AccountEntity.Never;
        await App.Table("Accounts").UpdateEntityAsync(account, account.ETag);

        App.Time.Advance(TimeSpan.FromDays(300));
        Assert.Equal(device, DeviceOf((await LoginAsync(device)).Data));
        App.Time.Advance(TimeSpan.FromDays(365) - TimeSpan.FromSeconds(1));
        Assert.Equal(device, DeviceOf((await LoginAsync(device)).Data));
        App.Time.Advance(TimeSpan.FromDays(365));
        Assert.NotEqual(device, DeviceOf((await LoginAsync(device)).Data));
    }

    [Fact]
    public async Task An_account_has_ten_devices_and_those_that_are_kept_stay()
    {
        await LoginAsync(device);
        for (var i = 0; i < 15; i++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.LoginAsync(Address);
        }

        Assert.Equal(10, (await RowsAsync()).Count);
        Assert.Equal(device, DeviceOf((await LoginAsync(device)).Data));
    }

    [Fact]
    public async Task Of_eleven_kept_devices_the_one_used_longest_ago_goes()
    {
        List<string> devices = [device];
        await LoginAsync(device);
        for (var i = 0; i < 10; i++)
        {
            var next = DeviceOf((await App.LoginAsync(Address)).Data);
            App.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(next, DeviceOf((await LoginAsync(next)).Data));
            devices.Add(next);
        }

        Assert.Equal(
            devices.Skip(1).Select(HashOf).Order(), (await RowsAsync()).Select(row => row.RowKey["trusted-device-".Length..]).Order());
    }

    [Fact, Holds("C7")]
    public async Task Only_a_hash_is_stored() =>
        Assert.DoesNotContain(
            await App.RowsAsync("Accounts"), row => row.Any(column => $"{column.Value}".Contains(device, StringComparison.Ordinal)));

    [Fact]
    public async Task Only_a_sign_in_answers_with_a_device()
    {
        var refreshed = await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() });
        Assert.False(refreshed.Data.TryGetProperty("device", out _));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", device);
    }

    [Fact]
    public async Task Whoever_keeps_an_account_has_the_lane_too()
    {
        await App.PostAsync("delete", new { password = TestApp.Password }, Access(login));
        await FloodAsync();

        var kept = await App.PostAsync("restore", new { username = Address, password = TestApp.Password, device });
        Assert.Equal((HttpStatusCode.OK, device), (kept.Status, DeviceOf(kept.Data)));
    }

    private static string DeviceOf(JsonElement signedIn) => signedIn.GetProperty("device").GetString()!;

    private static string Access(JsonElement signedIn) => signedIn.GetProperty("access").GetString()!;

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private Task<Answer> LoginAsync(string? shown, string password = TestApp.Password) =>
        App.PostAsync("login", new { username = Address, password, device = shown });

    private Task<Answer> ChangePasswordAsync() =>
        App.PostAsync("password", new { password = TestApp.Password, new_password = Changed }, Access(login));

    private async Task FailAsync(int times, string shown)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal("invalid_credentials", (await LoginAsync(shown, Wrong)).Message);
        }
    }

    private async Task FloodAsync()
    {
        for (var i = 0; i < 6; i++)
        {
            await App.LoginAsync(Address, Wrong);
        }
    }

    private async Task ResetAsync()
    {
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, mails: 2);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = Changed })).Status);
    }

    private async Task<List<TableEntity>> RowsAsync() =>
        (await App.AccountRowsAsync(Address)).FindAll(row => row.RowKey.StartsWith("trusted-device-", StringComparison.Ordinal));

    private async Task<TableEntity> RowAsync(string secret) =>
        (await RowsAsync()).Single(row => row.RowKey.EndsWith(HashOf(secret), StringComparison.Ordinal));
}
