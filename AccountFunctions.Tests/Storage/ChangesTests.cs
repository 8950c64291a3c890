using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Storage;

/// <summary>What <c>ChangeAsync</c> promises to every operation.</summary>
public sealed class ChangesTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private AccountStore Accounts => App.Services.GetRequiredService<AccountStore>();

    [Fact]
    public async Task A_row_that_the_request_did_not_want_throws_when_it_is_read()
    {
        var id = await InsertAsync();
        await Accounts.ChangeAsync<Success>(
            new AccountRequest(id),
            partition =>
            {
                Assert.Throws<InvalidOperationException>(() => partition.Session);
                Assert.Throws<InvalidOperationException>(() => partition.EmailChange);
                Assert.Throws<InvalidOperationException>(() => partition.Device);
                Assert.Throws<InvalidOperationException>(() => partition.SignIns);
                return Success.Done;
            },
            default);
        await Accounts.ChangeAsync<Success>(
            new AccountRequest(id) { WithAccount = false, WithEmailChange = true },
            partition =>
            {
                Assert.Throws<InvalidOperationException>(() => partition.Account);
                Assert.Null(partition.EmailChange);
                return Success.Done;
            },
            default);
    }

    [Fact, Holds("G3")]
    public async Task A_job_is_sent_before_the_rows_and_once_however_often_the_race_is_lost()
    {
        var (id, decisions) = (await InsertAsync(), 0);
        var job = new AddressMove(id, App.Time.GetUtcNow() + TimeSpan.FromHours(1));
        await Accounts.ChangeAsync<Success>(
            new AccountRequest(id),
            partition =>
            {
                Assert.Equal(decisions == 0 ? 0 : 1, JobsAsync().GetAwaiter().GetResult());
                partition.Account.Job = "new";
                partition.Save(partition.Account);
                partition.Enqueue(job);
                if (decisions++ < 3)
                {
                    // Another request is faster.
                    App.Table("Accounts").UpsertEntity(NewAccount(id).Columns);
                }

                return Success.Done;
            },
            default);

        Assert.Equal((4, 1), (decisions, await JobsAsync()));
        Assert.Equal("new", Assert.Single(await App.RowsAsync("Accounts")).GetString("Job"));
    }

    [Theory, Holds("E7")]
    [InlineData(nameof(AccountEntity.Version))]
    [InlineData(nameof(AccountEntity.Disabled))]
    [InlineData(nameof(AccountEntity.DeletesAt))]
    [InlineData("gone")]
    public async Task An_account_that_changed_after_the_owner_was_identified_is_not_changed(string what)
    {
        var id = await InsertAsync();
        var read = await Accounts.FindAsync(id, default);
        var changed = await Accounts.FindAsync(id, default);
        switch (what)
        {
            case nameof(AccountEntity.Version):
                changed!.Version++;
                break;
            case nameof(AccountEntity.Disabled):
                changed!.Disabled = true;
                break;
            case nameof(AccountEntity.DeletesAt):
                changed!.DeletesAt = App.Time.GetUtcNow();
                break;
        }

        await (what == "gone"
            ? App.Table("Accounts").DeleteEntityAsync(id, "account")
            : App.Table("Accounts").UpsertEntityAsync(changed!.Columns));
        var answer = await Accounts.ChangeAsync<Success>(
            AccountRequest.ForOwner(read!),
            partition =>
            {
                partition.Account.Job = "thief";
                partition.Save(partition.Account);
                return Success.Done;
            },
            default);

        Assert.Equal(Problem.TokenNotValid, answer.Problem);
        Assert.DoesNotContain(await App.RowsAsync("Accounts"), row => row.GetString("Job") == "thief");
    }

    private async Task<int> JobsAsync() =>
        (await App.Queue(QueueNames.HousekeepingJobs).GetPropertiesAsync()).Value.ApproximateMessagesCount;

    private async Task<string> InsertAsync()
    {
        var id = Ids.New(App.Time.GetUtcNow());
        await App.Table("Accounts").AddEntityAsync(NewAccount(id).Columns);
        return id;
    }

    private AccountEntity NewAccount(string id) => new(id)
    {
        Username = "ada@example.com",
        Mailbox = "ada@example.com",
        Role = AccountEntity.ClientRole,
        Disabled = false,
        ExpirationDate = AccountEntity.Never,
        Version = 1,
        PasswordChanged = App.Time.GetUtcNow(),
        FirstName = "",
        LastName = "",
        Created = App.Time.GetUtcNow(),
    };
}
