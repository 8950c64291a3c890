using AccountFunctions.Contract.Answers;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Lifecycle;

/// <summary>The loop that takes a name, with a name that is no address.</summary>
public sealed class NameClaimsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Name = "badge-4711";

    private NameClaims Names => App.Services.GetRequiredService<NameClaims>();

    [Fact]
    public async Task A_name_of_any_kind_is_taken_by_the_same_loop_and_belongs_to_one_account()
    {
        await App.ActivateAsync("ada@example.com");
        await App.ActivateAsync("bob@example.com");
        var ids = (await App.RowsAsync("Accounts")).Where(row => row.RowKey == "account").Select(row => row.PartitionKey).ToList();
        var taken = await Task.WhenAll(ids.Select(id => TakeAsync(id)));

        Assert.Single(taken, answer => answer.Reply?.Job == Name);
        Assert.Single(taken, answer => answer.Problem == Problem.NotFound);
        var owner = Assert.Single(await App.RowsAsync("Accounts"), row => row.GetString("Job") == Name);
        var claim = Assert.Single(await App.RowsAsync("Addresses"), row => row.PartitionKey == Name && row.RowKey == "account");
        Assert.Equal(owner.PartitionKey, claim.GetString("AccountId"));
    }

    [Fact]
    public async Task An_account_that_takes_a_name_twice_at_once_has_it_afterwards()
    {
        await App.ActivateAsync("ada@example.com");
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TakeAsync(id)));

        Assert.All(taken, answer => Assert.Equal(Name, answer.Reply?.Job));
        Assert.Single(await App.RowsAsync("Addresses"), row => row.PartitionKey == Name && row.RowKey == "account");
    }

    [Fact]
    public async Task A_name_that_the_account_may_not_have_any_more_is_released()
    {
        await App.ActivateAsync("ada@example.com");
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var refused = await TakeAsync(id, isAllowed: false);

        Assert.Equal(Problem.NotFound, refused.Problem);
        Assert.DoesNotContain(await App.RowsAsync("Addresses"), row => row.PartitionKey == Name && row.RowKey == "account");
    }

    // The account's job stands for the row that says which badge it has.
    private Task<Result<AccountEntity>> TakeAsync(string id, bool isAllowed = true) => Names.FinishAsync(
        new AccountRequest(id) { WithEmailChange = true },
        partition => partition.Account.Job == Name ? null : new NamePlan(Name, "plan")
        {
            Prepare = (_, _) => { },
            IsDone = current => current.Account.Job == Name,
            TryApply = current =>
            {
                current.Account.Job = isAllowed ? Name : null;
                current.Save(current.Account);
                return isAllowed;
            },
            Cancel = _ => { },
        },
        partition => partition.Account.Job == Name,
        Problem.NotFound,
        default);
}
