using System.Net;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Lifecycle;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Tests.Lifecycle;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Deletion, the grace, and what is left afterwards.</summary>
public sealed class DeleteAccountTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private const string NewPassword = "green tractor 78";

    // With the minute in which the request that asked for the deletion may still run.
    private static readonly TimeSpan Grace = TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1);

    protected override Task<TestApp> StartAsync(string storage) => ImpatientApp.StartAsync(storage);

    [Fact]
    public async Task A_deletion_ends_every_session_and_names_the_date_and_sign_in_says_what_is_up()
    {
        var login = await App.SignInAsync(Address);
        var answer = await DeleteAsync(login);

        Assert.Equal("2026-12-07T12:01:00Z", answer.Data.GetProperty("deletes_at").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", Access(login))).Status);
        Assert.Equal(
            "token_not_valid", (await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Message);
        Assert.Equal("deletion_pending", (await App.LoginAsync(Address)).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        var notice = (await App.WaitForMailsAsync(Address, 2))[^1];
        Assert.Equal("Your Example account will be deleted", notice.Subject);
        Assert.Contains("\n\n2026-12-07 12:01 UTC\n\n", notice.PlainText, StringComparison.Ordinal);
    }

    [Fact, Holds("D5")]
    public async Task Without_the_password_nothing_is_deleted()
    {
        var login = await App.SignInAsync(Address);

        Assert.Equal("invalid_password", (await DeleteAsync(login, "a wrong password")).Message);
        Assert.Equal("password: required", (await App.PostAsync("delete", new { }, Access(login))).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("details", Access(login))).Status);
        Assert.Empty(await App.RowsAsync("Deletions"));
    }

    [Fact]
    public async Task The_owner_keeps_the_account_with_the_password_and_is_signed_in()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        App.Time.Advance(TimeSpan.FromDays(13));
        var restored = await RestoreAsync();

        Assert.Equal(Address, restored.Data.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("details", Access(restored.Data))).Status);
        Assert.Equal("Your Example account was restored", (await App.WaitForMailsAsync(Address, 3))[2].Subject);

        // The job for the old date finds nothing to do.
        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForDeletionsAsync(0);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task The_owner_keeps_the_account_with_a_mailed_code()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 3);
        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = NewPassword })).Status);

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact]
    public async Task A_deletion_that_is_sent_again_because_its_answer_was_lost_gets_that_answer()
    {
        var login = await App.SignInAsync(Address);
        var other = (await App.LoginAsync(Address)).Data;
        var first = await DeleteAsync(login);
        App.Time.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(first.Text, (await DeleteAsync(login)).Text);
        Assert.Equal("invalid_password", (await DeleteAsync(login, "a wrong password")).Message);
        Assert.Equal("token_not_valid", (await DeleteAsync(other)).Message);
        Assert.Equal("token_not_valid", (await App.GetAsync("details", Access(login))).Message);
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("token_not_valid", (await DeleteAsync(login)).Message);
    }

    [Fact]
    public async Task A_restoration_that_is_sent_again_because_its_answer_was_lost_signs_in_without_a_second_mail()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        Assert.Equal(HttpStatusCode.OK, (await RestoreAsync()).Status);
        Assert.Equal(HttpStatusCode.OK, (await RestoreAsync()).Status);
        await App.WaitForMailsAsync(Address, 3);
        await App.DrainAsync();
        Assert.Equal(3, (await App.MailsAsync(Address)).Count);
        App.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("invalid_credentials", (await RestoreAsync()).Message);
    }

    [Fact, Holds("A1")]
    public async Task From_the_time_of_its_deletion_on_an_account_answers_as_one_that_does_not_exist()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromDays(14));

        var unknown = await App.LoginAsync("nobody@example.com");
        Assert.Equal((unknown.Status, unknown.Text), await App.LoginAsync(Address) is var login ? (login.Status, login.Text) : default);
        Assert.Equal(unknown.Text, (await RestoreAsync()).Text);
        await App.PostAsync("code", new { username = Address });
        await App.DrainAsync();
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task A_registration_at_the_address_of_an_account_that_is_about_to_go_is_mailed_once_the_address_is_free()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        var (id, due) = (await IdAsync(), App.Time.GetUtcNow() + Grace);
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromDays(14));
        await App.RegisterAsync(Address, NewPassword);
        await App.WaitForLogAsync("postponed: the address is about to be free");
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);

        var purger = App.Services.GetRequiredService<AccountPurger>();
        await purger.HandleAsync(new AccountPurge(id, due), default);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await purger.HandleAsync(new AccountPurge(id, due), default);
        var code = await App.NextCodeAsync(Address, 3);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = Address, code })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact]
    public async Task A_purge_waits_for_the_end_of_a_recovery_and_for_requests_of_before()
    {
        await using var app = await ImpatientApp.StartAsync(NewStorage(), settings: new() { ["Accounts:DeletionGrace"] = "01:00:00" });
        var access = Access(await app.SignInAsync(Address));
        await app.PostAsync("email", new { password = TestApp.Password, username = "moved@example.org" }, access);
        await app.PostAsync("email/confirm", new { code = await app.NextCodeAsync("moved@example.org") }, access);
        await app.PostAsync("delete", new { password = TestApp.Password }, access);
        var id = (await app.RowsAsync("Accounts")).First(row => row.RowKey == "account").PartitionKey;
        var store = app.Services.GetRequiredService<AccountStore>();

        // A shorter grace than the recovery, as if the date had been set otherwise, and an administrator who disabled the account before.
        await store.ChangeAsync<Success>(
            new AccountRequest(id),
            partition =>
            {
                (partition.Account.DeletesAt, partition.Account.Disabled) = (app.Time.GetUtcNow(), true);
                partition.Save(partition.Account);
                return Success.Done;
            },
            default);
        var purger = app.Services.GetRequiredService<AccountPurger>();
        await purger.HandleAsync(new AccountPurge(id, app.Time.GetUtcNow()), default);
        Assert.Null((await store.FindAsync(id, default))!.PurgeBegan);
        app.Time.Advance(TimeSpan.FromHours(72));
        await purger.HandleAsync(new AccountPurge(id, app.Time.GetUtcNow()), default);
        Assert.NotNull((await store.FindAsync(id, default))?.PurgeBegan);
        await UntilAsync(async () =>
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            return await app.RowsAsync("Accounts") is [];
        });
    }

    [Fact, Holds("A1")]
    public async Task Where_nothing_is_pending_the_right_password_is_a_wrong_one_and_counts_as_one()
    {
        await App.SignInAsync(Address);
        var right = await RestoreAsync();
        Assert.Equal(await RestoreAsync("a wrong password") is var wrong ? wrong.Text : "", right.Text);
        Assert.Equal(right.Text, (await RestoreAsync(username: "nobody@example.com")).Text);
        await RestoreAsync();
        await RestoreAsync();
        await RestoreAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("I4")]
    public async Task Nothing_of_a_deleted_person_is_left_in_any_table()
    {
        await RegisterWithNamesAsync();
        var login = (await App.LoginAsync(Address)).Data;
        var details = new { hobbies = "Flugmaschinen", job = "Rechnerin", bio = "Gondel", country_code = "XQ" };
        await App.PostAsync("details", details, Access(login));
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await App.PostAsync("email", new { password = TestApp.Password, username = "moved@example.org" }, Access(login));
        await App.PostAsync("email/confirm", new { code = await App.NextCodeAsync("moved@example.org") }, Access(login));
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await App.PostAsync("email", new { password = TestApp.Password, username = Address }, Access(login));
        await App.WaitForMailsAsync(Address, 3);
        await App.LoginAsync("moved@example.org", "a wrong password");
        await App.RegisterAsync("moved@example.org", "red tractor 79");
        await App.PostAsync("code", new { username = Address });
        await App.PostAsync("code", new { username = "moved@example.org", device = login.GetProperty("device").GetString() });
        var id = await IdAsync("moved@example.org");
        await DeleteAsync(login);
        await PassGraceAsync(id);

        // What is not this account's own: the failed sign-ins and codes of addresses that it gave up or never had.
        App.Time.Advance(TimeSpan.FromDays(30));
        await WaitForQueuesAsync();
        var words = new[] { "ada@", "Zuse", "Lovelaceova", "moved@", "Flugmaschinen", "Rechnerin", "Gondel", "XQ", id };
        foreach (var table in TableNames.All)
        {
            var rows = string.Join('\n', (await App.RowsAsync(table)).Select(row => JsonSerializer.Serialize(row)));
            Assert.All(words, word => Assert.DoesNotContain(word, rows, StringComparison.OrdinalIgnoreCase));
        }

        Assert.Empty(await App.RowsAsync("Accounts"));
        Assert.Empty(await App.RowsAsync("Addresses"));
        Assert.Equal(["purged"], (await App.RowsAsync("Deletions")).Select(row => row.PartitionKey));
    }

    [Fact]
    public async Task Without_a_grace_the_account_is_deleted_at_once()
    {
        await using var app = await ImpatientApp.StartAsync(NewStorage(), settings: new() { ["Accounts:DeletionGrace"] = "00:00:00" });
        await app.PostAsync("delete", new { password = TestApp.Password }, Access(await app.SignInAsync(Address)));
        await app.WaitForMailsAsync(Address, 2);
        await UntilAsync(async () =>
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            return await app.RowsAsync("Accounts") is [];
        });
    }

    [Fact, Holds("C9")]
    public async Task A_thief_who_deletes_and_restores_many_times_cannot_hide_the_last_deletion()
    {
        var access = Access(await App.SignInAsync(Address));
        for (var rounds = 0; rounds < 6; rounds++)
        {
            await App.PostAsync("delete", new { password = TestApp.Password }, access);

            // After the restore, a notice no longer applies.
            var told = Math.Min(rounds + 1, 5);
            await UntilAsync(async () => (await DeletionNoticesAsync()).Count == told);
            App.Time.Advance(TimeSpan.FromSeconds(1));
            access = Access((await RestoreAsync()).Data);
            App.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await App.PostAsync("delete", new { password = TestApp.Password }, access);
        await App.WaitForLogAsync("deletion_requested of");
        await UntilAsync(async () => (await DeletionNoticesAsync()).Count == 5);
        App.Time.Advance(TimeSpan.FromMinutes(10));

        await UntilAsync(async () => (await DeletionNoticesAsync()).Count == 6);
        await App.DrainAsync();
        Assert.Equal(6, (await DeletionNoticesAsync()).Count);

        async Task<List<SentMail>> DeletionNoticesAsync() =>
            [.. (await App.MailsAsync(Address)).Where(mail => mail.Subject.Contains("delet", StringComparison.OrdinalIgnoreCase))];
    }

    [Fact]
    public async Task The_address_of_a_deleted_account_is_free()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        var id = await IdAsync();
        await PassGraceAsync(id);
        await App.RegisterAsync(Address, NewPassword);
        var code = await App.NextCodeAsync(Address, 3);

        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = Address, code })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact]
    public async Task A_deletion_that_died_at_any_row_is_finished_by_the_next_try()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        var (id, due) = (await IdAsync(), App.Time.GetUtcNow() + Grace);
        App.Time.Advance(Grace);

        // The first try got as far as the claim.
        await App.Table("Addresses").DeleteEntityAsync((await App.RowsAsync("Addresses")).First().PartitionKey, "account");
        var purger = App.Services.GetRequiredService<AccountPurger>();
        await purger.HandleAsync(new AccountPurge(id, due), default);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(async () => await App.RowsAsync("Accounts") is []);
        await UntilAsync(async () => (await App.RowsAsync("Deletions")).Count == 1);
        Assert.Empty(await App.RowsAsync("Accounts"));
        Assert.Equal(["purged"], (await App.RowsAsync("Deletions")).Select(row => row.PartitionKey));
    }

    [Fact]
    public async Task A_deletion_whose_job_was_lost_is_found_at_the_next_start()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromHours(2));
        await using var other = await ImpatientApp.StartAsync(App.Storage, App.Time);

        await UntilAsync(async () =>
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            return await App.RowsAsync("Accounts") is [];
        });
    }

    [Fact]
    public async Task Mails_that_strangers_ask_for_neither_stop_a_deletion_nor_keep_it_from_its_owner()
    {
        var login = await App.SignInAsync(Address);
        for (var mails = 0; mails < 4; mails++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.PostAsync("code", new { username = Address });
            await App.WaitForMailsAsync(Address, mails + 2);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.PostAsync("code", new { username = Address })).Status);
        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(login)).Status);
        Assert.Equal("Your Example account will be deleted", (await App.WaitForMailsAsync(Address, 6))[^1].Subject);
    }

    [Fact]
    public async Task An_account_whose_time_is_over_is_kept_but_not_signed_in()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:Lifetime"] = "7.00:00:00" });
        await app.PostAsync("delete", new { password = TestApp.Password }, Access(await app.SignInAsync(Address)));
        app.Time.Advance(TimeSpan.FromDays(8));

        Assert.Equal("deletion_pending", (await app.LoginAsync(Address)).Message);
        Assert.Equal("expired_account", (await app.PostAsync("restore", new { username = Address, password = TestApp.Password })).Message);
        Assert.Equal("expired_account", (await app.LoginAsync(Address)).Message);
    }

    [Fact]
    public async Task Nobody_takes_back_an_account_that_is_being_deleted()
    {
        await DeleteAsync(await App.SignInAsync(Address));
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 3);
        App.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("invalid_credentials", (await RestoreAsync()).Message);
        Assert.Equal(
            "invalid_code", (await App.PostAsync("forgot", new { username = Address, code, new_password = NewPassword })).Message);
    }

    [Fact]
    public async Task An_account_that_a_backup_brought_back_is_deleted_again()
    {
        var login = await App.SignInAsync(Address);
        await App.SignInAsync("bob@example.com");
        var id = await IdAsync(Address);
        var backup = new Dictionary<string, List<TableEntity>>
        {
            ["Accounts"] = await App.RowsAsync("Accounts"),
            ["Addresses"] = await App.RowsAsync("Addresses"),
        };
        await DeleteAsync(login);
        await PassGraceAsync(id);
        foreach (var (table, rows) in backup)
        {
            await Task.WhenAll(rows.Select(row => App.Table(table).UpsertEntityAsync(row)));
        }

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
        Assert.Equal($"{id}\n1 in all\n", await OperateAsync("list"));
        Assert.Equal($"{id}\n1 will be deleted in a moment\n", await OperateAsync("repeat"));
        await UntilAsync(async () =>
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            return (await App.RowsAsync("Accounts")).TrueForAll(row => row.PartitionKey != id);
        });
        Assert.Equal("0 in all\n", await OperateAsync("list"));
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address)).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync("bob@example.com")).Status);
    }

    private async Task<string> OperateAsync(string command)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var operate = new DeletionsCommand(
            App.Services.GetRequiredService<AccountStore>(),
            App.Services.GetRequiredService<PurgeLog>(),
            App.Time,
            output);
        Assert.Equal(0, await operate.RunAsync([command], default));
        return output.ToString();
    }

    private static string Access(JsonElement login) => login.GetProperty("access").GetString()!;

    private async Task<Answer> DeleteAsync(JsonElement login, string password = TestApp.Password)
    {
        var answer = await App.PostAsync("delete", new { password }, Access(login));
        await App.DrainAsync();
        return answer;
    }

    private Task<Answer> RestoreAsync(string password = TestApp.Password, string username = Address) =>
        App.PostAsync("restore", new { username, password });

    private async Task RegisterWithNamesAsync()
    {
        await App.PostAsync("register", new
        {
            username = Address,
            password1 = TestApp.Password,
            password2 = TestApp.Password,
            first_name = "Zuse",
            last_name = "Lovelaceova",
        });
        await App.PostAsync("activate", new { username = Address, code = await App.NextCodeAsync(Address) });
    }

    private async Task<string> IdAsync(string address = Address) => (await App.RowsAsync("Accounts"))
        .Single(row => row.RowKey == "account" && row.GetString("Username") == address).PartitionKey;

    // The first delivery of the job disables the account; the second, a minute later, deletes it.
    private async Task PassGraceAsync(string id)
    {
        App.Time.Advance(Grace);
        await App.WaitForLogAsync($"Account {id} is being disabled; a job will delete it in a minute.");
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.WaitForLogAsync($"Account {id} was deleted.");
    }

    private Task WaitForDeletionsAsync(int count) => UntilAsync(async () => (await App.RowsAsync("Deletions")).Count == count);

    private Task WaitForQueuesAsync() => Task.WhenAll(QueueNames.Jobs.Select(name => TestApp.WaitForLengthAsync(App.Queue(name), 0)));

    private static Task UntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, () => "It does not come to that.");
}
