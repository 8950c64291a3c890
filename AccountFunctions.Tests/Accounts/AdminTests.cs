using System.Net;
using System.Text.Json;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Directory;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace AccountFunctions.Tests.Accounts;

/// <summary>What administrators do with the accounts of others.</summary>
[SharedApp]
public sealed class AdminTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string NewPassword = "green tractor 78";
    private string admin = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync() => admin = await App.SignInAsAdministratorAsync(NewAddress());

    [Fact, OwnApp]
    public async Task Accounts_are_listed_newest_registration_first_page_by_page()
    {
        var times = new List<DateTimeOffset>();
        for (var number = 0; number < 5; number++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            times.Add(App.Time.GetUtcNow());
            await App.ActivateAsync($"user{number}@example.com");
        }

        // Left over from activations that were interrupted: rows that lead nowhere.
        var directory = App.Services.GetRequiredService<AccountDirectory>();
        await directory.AddAsync(Guid.CreateVersion7(App.Time.GetUtcNow()).ToString("N"), default);
        var (names, pages) = (new List<string>(), 0);
        for (var next = ""; ; pages++)
        {
            var page = (await App.GetAsync($"admin/accounts?page_size=2{next}", admin)).Data;
            names.AddRange(page.GetProperty("accounts").EnumerateArray().Select(account => TextOf(account, "username")));
            if (page.GetProperty("next").GetString() is not { } token)
            {
                break;
            }

            next = $"&page_token={token}";
        }

        Assert.Equal(["user4@example.com", "user3@example.com", "user2@example.com", "user1@example.com", "user0@example.com"], names[..5]);
        Assert.Equal((6, 3), (names.Count, pages));
        var before = times[2].UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        var older = (await App.GetAsync($"admin/accounts?created_before={before}", admin)).Data.GetProperty("accounts");
        Assert.Equal("user1@example.com", TextOf(older[0], "username"));
    }

    [Fact, OwnApp]
    public async Task Rows_that_are_missing_or_lead_nowhere_are_found_and_mended()
    {
        await App.ActivateAsync(Address);
        var (id, directory) = (await App.IdOfAsync(Address), App.Services.GetRequiredService<AccountDirectory>());
        var newest = Guid.CreateVersion7(App.Time.GetUtcNow()).ToString("N");
        var nowhere = Guid.CreateVersion7(App.Time.GetUtcNow().AddHours(-2)).ToString("N");
        await directory.RemoveAsync(id, default);
        await directory.AddAsync(newest, default);
        await directory.AddAsync(nowhere, default);

        var (exitCode, lines) = await CheckAsync("check");
        Assert.Equal(1, exitCode);
        Assert.Equal(new[] { "", "2 accounts, 2 rows to mend", $"{id} is not listed", $"{nowhere} has no account" }.Order(), lines);
        Assert.Equal(0, (await CheckAsync("check", "--mend")).ExitCode);
        Assert.Equal(["", "2 accounts, 0 rows to mend"], (await CheckAsync("check")).Lines);
        Assert.Equal(id, (await directory.ListAsync(newest, null, 1, default).FirstAsync()));
        Assert.Equal(2, (await CheckAsync("mend")).ExitCode);
    }

    [Fact]
    public async Task An_account_is_found_by_its_address()
    {
        await App.ActivateAsync(Address);
        async Task<JsonElement> FindAsync(string text) =>
            (await App.GetAsync($"admin/accounts?username={Uri.EscapeDataString(text)}", admin)).Data.GetProperty("accounts");

        var found = Assert.Single((await FindAsync($" {Address.ToUpperInvariant()} ")).EnumerateArray());
        Assert.Equal(Address, TextOf(found, "username"));
        Assert.Equal(0, (await FindAsync(NewAddress())).GetArrayLength());
        Assert.Equal(found.ToString(), (await ShowAsync(TextOf(found, "id"))).Data.ToString());
    }

    [Theory]
    [InlineData("page_size=0", "page_size: invalid")]
    [InlineData("page_size=101", "page_size: invalid")]
    [InlineData("page_token=..%2Fx", "page_token: invalid")]
    [InlineData("created_before=yesterday", "created_before: invalid")]
    [InlineData("username=nobody", "username: invalid_email")]
    public async Task A_query_that_makes_no_sense_is_refused(string query, string message) =>
        Assert.Equal(message, (await App.GetAsync($"admin/accounts?{query}", admin)).Message);

    [Fact]
    public async Task Somebody_who_is_invited_sets_a_password_with_the_code_of_the_mail()
    {
        // A stranger's registration must not leave its password behind.
        await App.RegisterAsync(Address, "the stranger's 12");
        var invitation = new { username = Address, first_name = "Ada", last_name = "King", role = "A" };
        var invited = await App.PostAsync("admin/accounts", invitation, admin);
        Assert.Equal((HttpStatusCode.OK, "A"), (invited.Status, TextOf(invited.Data, "role")));
        Assert.False(invited.Data.GetProperty("has_password").GetBoolean());
        Assert.Equal(invited.Text, (await App.PostAsync("admin/accounts", invitation, admin)).Text);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "the stranger's 12")).Message);

        App.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(
            (HttpStatusCode.Conflict, "username_taken"), Of(await App.PostAsync("admin/accounts", invitation, admin)));

        // The mail may be read the next morning.
        var code = await App.NextCodeAsync(Address, 2);
        App.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = NewPassword })).Status);
        var login = await App.LoginAsync(Address, NewPassword);
        Assert.Equal("Ada", TextOf(login.Data.GetProperty("user"), "first_name"));
        Assert.Equal(
            ["invited", "password_reset", "signed_in"],
            (await App.AccountRowsAsync(Address)).Select(row => row.GetString("Kind")).OfType<string>().Order());
    }

    [Theory]
    [InlineData("""{}""", "username: required")]
    [InlineData("""{"username":"x"}""", "username: invalid_email")]
    [InlineData("""{"username":"x@example.com","role":"B"}""", "role: invalid")]
    [InlineData("""{"username":"x@example.com","role":null}""", "role: null")]
    public async Task An_invitation_that_makes_no_sense_is_refused(string body, string message) =>
        Assert.Equal(message, (await App.PostAsync("admin/accounts", JsonDocument.Parse(body), admin)).Message);

    [Fact]
    public async Task Two_invitations_of_one_address_at_once_make_one_account()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => App.PostAsync("admin/accounts", new { username = Address }, admin)));

        Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Text));
        Assert.Equal(HttpStatusCode.OK, answers[0].Status);
    }

    [Fact, Holds("K2")]
    public async Task A_disabled_account_is_signed_out_told_and_cannot_sign_in_until_it_is_enabled()
    {
        var login = await App.SignInAsync(Address);
        var id = await App.IdOfAsync(Address);
        var disabled = await ChangeAsync(id, new { disabled = true });
        Assert.True(disabled.Data.GetProperty("disabled").GetBoolean());
        Assert.Equal(disabled.Text, (await ChangeAsync(id, new { disabled = true })).Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", TextOf(login, "access"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.PostAsync("refresh", new { refresh = TextOf(login, "refresh") })).Status);
        Assert.Equal("disabled_account", (await App.LoginAsync(Address)).Message);
        await App.WaitForMailsAsync(Address, 2);
        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(id, new { disabled = false })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.PostAsync("refresh", new { refresh = TextOf(login, "refresh") })).Status);

        var subjects = (await App.WaitForMailsAsync(Address, 3)).Select(mail => mail.Subject).ToList();
        Assert.Contains("Your Example account was disabled", subjects);
        Assert.Contains("Your Example account was enabled", subjects);
    }

    [Fact, Holds("K2")]
    public async Task A_new_role_or_date_is_told_or_recorded_with_the_administrator()
    {
        await App.ActivateAsync(Address);
        var id = await App.IdOfAsync(Address);
        var changed = await ChangeAsync(id, new { role = "A", expiration_date = "2030-01-02T03:04:05Z" });

        Assert.Equal(("A", "2030-01-02T03:04:05Z"), (TextOf(changed.Data, "role"), TextOf(changed.Data, "expiration_date")));
        Assert.Equal("The role of your Example account was changed", (await App.WaitForMailsAsync(Address, 2))[^1].Subject);
        var events = (await App.GetAsync($"admin/accounts/{id}/events", admin)).Data.GetProperty("events").EnumerateArray().ToList();
        Assert.Equal(["expiration_changed", "role_changed"], events.Take(2).Select(row => TextOf(row, "kind")).Order());
        Assert.All(events.Take(2), row => Assert.Matches("^[0-9a-f]{32}$", TextOf(row, "by")));
        Assert.All(events.Take(2), row => Assert.NotEqual(id, TextOf(row, "by")));
    }

    [Fact]
    public async Task A_change_applies_only_to_the_state_that_the_administrator_has_seen()
    {
        await App.ActivateAsync(Address);
        var id = await App.IdOfAsync(Address);
        var tag = (await ShowAsync(id)).Headers["ETag"];
        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(id, new { disabled = true }, tag)).Status);
        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(id, new { disabled = true }, tag)).Status);

        Assert.Equal((HttpStatusCode.PreconditionFailed, "stale"), Of(await ChangeAsync(id, new { role = "A" }, tag)));
        Assert.Equal("C", TextOf((await ShowAsync(id)).Data, "role"));
    }

    [Theory]
    [InlineData("""{"role":"X"}""", "role: invalid")]
    [InlineData("""{"disabled":"yes"}""", "disabled: invalid")]
    [InlineData("""{"disabled":null}""", "disabled: null")]
    [InlineData("""{"expiration_date":"tomorrow"}""", "expiration_date: invalid")]
    [InlineData("""{"expiration_date":null}""", "expiration_date: null")]
    public async Task A_change_that_makes_no_sense_is_refused(string body, string message) =>
        Assert.Equal(message, (await ChangeAsync("0193a5f0c1a87d2e9b3c4d5e6f708192", JsonDocument.Parse(body))).Message);

    [Theory]
    [InlineData("0193a5f0c1a87d2e9b3c4d5e6f708192")]
    [InlineData("0193A5F0C1A87D2E9B3C4D5E6F708192")]
    [InlineData("a'%20or%20PartitionKey%20gt%20'")]
    [InlineData("%23%5C%3F")]
    public async Task An_account_that_does_not_exist_is_not_found(string id)
    {
        Task<Answer>[] calls =
        [
            ShowAsync(id), ChangeAsync(id, new { role = "A" }), ActAsync(id, "sign-out"), ActAsync(id, "reset"),
            ActAsync(id, "totp/remove"), App.DeleteAsync($"admin/accounts/{id}", admin), App.GetAsync($"admin/accounts/{id}/events", admin),
        ];

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal((HttpStatusCode.NotFound, "not_found"), Of(answer)));
    }

    [Fact]
    public async Task An_account_is_signed_out_everywhere()
    {
        var login = await App.SignInAsync(Address);
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(await App.IdOfAsync(Address), "sign-out")).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", TextOf(login, "access"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("K4")]
    public async Task A_password_is_voided_and_its_owner_sets_another_with_the_code_of_the_mail()
    {
        var login = await App.SignInAsync(Address);
        var id = await App.IdOfAsync(Address);
        var voided = await ActAsync(id, "reset");
        Assert.False(voided.Data.GetProperty("has_password").GetBoolean());
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address)).Message);
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", TextOf(login, "access"))).Status);
        var mails = await App.WaitForMailsAsync(Address, 3);
        Assert.Contains(mails, mail => mail.Subject == "The password of your Example account no longer works");
        var code = mails.Select(mail => mail.Subject.Split(' ')[0]).Last(word => word.All(char.IsAsciiDigit));
        App.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = NewPassword })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact, Holds("K2", "J4")]
    public async Task A_lost_second_factor_is_removed_with_every_session()
    {
        var authenticator = await App.EnrolAsync(Address);
        var id = await App.IdOfAsync(Address);
        Assert.NotEqual(JsonValueKind.Null, (await ShowAsync(id)).Data.GetProperty("second_factor_since").ValueKind);
        var removed = await ActAsync(id, "totp/remove");
        Assert.Equal(JsonValueKind.Null, removed.Data.GetProperty("second_factor_since").ValueKind);
        Assert.Equal(removed.Text, (await ActAsync(id, "totp/remove")).Text);

        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("totp", authenticator.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "totp_removed");
    }

    [Fact, OwnApp]
    public async Task An_account_is_deleted_after_the_grace_period_or_now()
    {
        await App.ActivateAsync(Address);
        var id = await App.IdOfAsync(Address);
        var planned = (await App.DeleteAsync($"admin/accounts/{id}", admin)).Data.GetProperty("deletes_at").GetDateTime();
        Assert.Equal(App.Time.GetUtcNow().AddDays(14).UtcDateTime, planned, TimeSpan.FromSeconds(1));
        Assert.Equal("deletion_pending", (await App.LoginAsync(Address)).Message);
        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("restore", new { username = Address, password = TestApp.Password })).Status);
        await App.DeleteAsync($"admin/accounts/{id}", admin);
        var now = await App.DeleteAsync($"admin/accounts/{id}?now=true", admin);
        Assert.Equal(App.Time.GetUtcNow().UtcDateTime, now.Data.GetProperty("deletes_at").GetDateTime(), TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.NotFound, (await ShowAsync(id)).Status);
        Assert.Equal(
            "invalid_credentials", (await App.PostAsync("restore", new { username = Address, password = TestApp.Password })).Message);
        var purger = App.Services.GetRequiredService<AccountPurger>();
        for (var step = 0; step < 2; step++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(2));
            await purger.HandleAsync(new AccountPurge(id, App.Time.GetUtcNow()), default);
        }

        Assert.Single(await App.RowsAsync("Directory"), row => row.PartitionKey is not "role-A");
        Assert.Empty(await App.AddressRowsAsync(Address));
    }

    [Fact]
    public async Task A_deletion_waits_for_the_former_address_which_is_told_and_a_repeat_changes_nothing()
    {
        var to = NewAddress();
        var access = TextOf(await App.SignInAsync(Address), "access");
        await App.PostAsync("email", new { password = TestApp.Password, username = to }, access);
        await App.PostAsync("email/confirm", new { code = await App.NextCodeAsync(to) }, access);
        var id = await App.IdOfAsync(to);
        var planned = await App.DeleteAsync($"admin/accounts/{id}?now=true", admin);

        Assert.Equal(
            App.Time.GetUtcNow().AddHours(72).UtcDateTime,
            planned.Data.GetProperty("deletes_at").GetDateTime(),
            TimeSpan.FromMinutes(1));
        Assert.Equal(planned.Text, (await App.DeleteAsync($"admin/accounts/{id}?now=true", admin)).Text);
        Assert.Single(await App.AccountRowsAsync(to), row => row.GetString("Kind") == "deletion_requested");
        Assert.Equal((await App.WaitForMailsAsync(to, 2))[^1].Subject, (await App.WaitForMailsAsync(Address, 3))[^1].Subject);
    }

    [Fact, OwnApp, Holds("K3")]
    public async Task The_last_administrator_stays_whoever_asks_and_how()
    {
        var id = (await App.RowsAsync("Directory")).Single(row => row.PartitionKey is "role-A").RowKey;
        Assert.Equal((HttpStatusCode.Conflict, "last_administrator"), Of(await ChangeAsync(id, new { role = "C" })));
        Assert.Equal((HttpStatusCode.Conflict, "last_administrator"), Of(await ChangeAsync(id, new { disabled = true })));
        Assert.Equal((HttpStatusCode.Conflict, "last_administrator"), Of(await App.DeleteAsync($"admin/accounts/{id}?now=true", admin)));

        // One who has never signed in does not count: nobody knows whether he can.
        await App.PostAsync("admin/accounts", new { username = Address, role = "A" }, admin);
        Assert.Equal("last_administrator", (await ChangeAsync(id, new { role = "C" })).Message);
        var second = await App.SignInAsAdministratorAsync("second@example.com");
        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(id, new { role = "C" })).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("admin/accounts", admin)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("admin/accounts", second)).Status);
    }

    [Fact, OwnApp, Holds("K3")]
    public async Task The_last_administrator_cannot_delete_the_own_account()
    {
        var id = (await App.RowsAsync("Directory")).Single(row => row.PartitionKey is "role-A").RowKey;
        await App.PostAsync($"admin/accounts/{id}/totp/remove", new { }, admin);
        var username = (await App.RowsAsync("Accounts"))
            .Single(row => row.PartitionKey == id && row.RowKey == "account").GetString("Username");
        var access = TextOf((await App.LoginAsync(username)).Data, "access");

        Assert.Equal(
            (HttpStatusCode.Conflict, "last_administrator"),
            Of(await App.PostAsync("delete", new { password = TestApp.Password }, access)));
        await App.SignInAsAdministratorAsync(Address);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", new { password = TestApp.Password }, access)).Status);
    }

    [Fact, OwnApp, Holds("K3")]
    public async Task Administrators_who_end_each_other_at_once_leave_one()
    {
        for (var round = 0; round < 6; round++)
        {
            var address = NewAddress();
            var second = await App.SignInAsAdministratorAsync(address);

            // On two instances, because one takes turns.
            await using var other = await TestApp.StartAsync(App.Storage, time: App.Time);
            var ids = (await App.RowsAsync("Directory")).Where(row => row.PartitionKey is "role-A").Select(row => row.RowKey).ToList();
            var one = await App.IdOfAsync(address);
            var former = Assert.Single(ids, id => id != one);
            var answers = await Task.WhenAll(
                ChangeAsync(one, new { disabled = true }),
                other.PostAsync($"admin/accounts/{former}", new { role = "C" }, second));

            var left = (await App.RowsAsync("Accounts")).Where(
                row => row.RowKey is "account" && row.GetString("Role") is "A" && row.GetBoolean("Disabled") is false);
            var survivor = Assert.Single(left).PartitionKey;
            Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);

            // The job of the change ends the other's row.
            App.Time.Advance(TimeSpan.FromMinutes(2));
            admin = survivor == one ? second : admin;
            foreach (var id in ids)
            {
                await App.Services.GetRequiredService<Administrators>().HandleAsync(
                    new AdministratorCheck(id, App.Time.GetUtcNow()), default);
            }

            Assert.Single(await App.RowsAsync("Directory"), row => row.PartitionKey is "role-A");
        }
    }

    [Fact, OwnApp, Holds("K3")]
    public async Task Of_two_who_leave_the_list_at_once_one_stays()
    {
        // On two instances, because one takes turns.
        await using var other = await TestApp.StartAsync(App.Storage, time: App.Time);
        var (one, two) = (App.Services.GetRequiredService<AdministratorList>(), other.Services.GetRequiredService<AdministratorList>());
        var until = App.Time.GetUtcNow().AddMinutes(1);
        foreach (var row in (await App.RowsAsync("Directory")).Where(row => row.PartitionKey is "role-A"))
        {
            await one.RemoveAsync(row.RowKey, default);
        }

        for (var round = 0; round < 40; round++)
        {
            await one.AddAsync("a", default);
            await one.AddAsync("b", default);
            var left = await Task.WhenAll(one.TryLeaveAsync("a", until, default), two.TryLeaveAsync("b", until, default));

            Assert.Single(left, isGone => isGone);
            await one.RemoveAsync("a", default);
            await one.RemoveAsync("b", default);
        }
    }

    [Fact, OwnApp]
    public async Task An_administrator_whom_a_change_did_not_end_counts_again_after_a_minute()
    {
        var id = (await App.RowsAsync("Directory")).Single(row => row.PartitionKey is "role-A").RowKey;
        await App.SignInAsAdministratorAsync(Address);
        var tag = (await ShowAsync(id)).Headers["ETag"];
        await ChangeAsync(id, new { expiration_date = "2031-01-01T00:00:00Z" });
        Assert.Equal("stale", (await ChangeAsync(id, new { role = "C" }, tag)).Message);
        var second = await App.IdOfAsync(Address);
        Assert.Equal("last_administrator", (await ChangeAsync(second, new { role = "C" })).Message);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await App.Services.GetRequiredService<Administrators>().HandleAsync(
            new AdministratorCheck(id, App.Time.GetUtcNow()), default);

        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(second, new { role = "C" })).Status);
    }

    private async Task<(int ExitCode, IEnumerable<string> Lines)> CheckAsync(params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var command = new DirectoryCommand(
            App.Services.GetRequiredService<AccountStore>(), App.Services.GetRequiredService<AccountDirectory>(), App.Time, output);
        return (await command.RunAsync(args, default), output.ToString().Split('\n').Order());
    }

    private Task<Answer> ShowAsync(string id) => App.GetAsync($"admin/accounts/{id}", admin);

    private Task<Answer> ActAsync(string id, string act) => App.PostAsync($"admin/accounts/{id}/{act}", new { }, admin);

    private Task<Answer> ChangeAsync(string id, object change, string? tag = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/account/admin/accounts/{id}")
        {
            Content = new StringContent(JsonSerializer.Serialize(change), System.Text.Encoding.UTF8, "application/json"),
        };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return App.SendAsync(request, admin);
    }

    private static (HttpStatusCode Status, string? Message) Of(Answer answer) => (answer.Status, answer.Message);

    private static string TextOf(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
