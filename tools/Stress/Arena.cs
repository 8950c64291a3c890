using AccountFunctions.Contract.Fields;
using Azure.Data.Tables;

namespace Stress;

/// <summary>The arena of a race: one or more instances on one stage.</summary>
public sealed class Arena(Stage stage, IReadOnlyList<LocalApp> apps)
{
    /// <summary>The number of requests in a race.</summary>
    public const int Width = 64;

    private readonly TableServiceClient tables = new(stage.Storage);

    public Stage Stage { get; } = stage;

    public IReadOnlyList<LocalApp> Apps { get; } = apps;

    public int Requests { get; private set; }

    public int ServerErrors { get; private set; }

    /// <summary>Sends all requests at once, distributed over the instances.</summary>
    public async Task<Reply[]> RaceAsync(Func<LocalApp, int, Task<Reply>> request)
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, Width).Select(number => request(Apps[number % Apps.Count], number)));
        Requests += replies.Length;
        ServerErrors += replies.Count(reply => reply.Status is 0 or >= 500);
        return replies;
    }

    public Task RegisterAsync(string username) =>
        Apps[0].PostAsync("register", new { username, password1 = Stage.Password, password2 = Stage.Password });

    /// <summary>Signs a person up and in.</summary>
    public async Task<Reply> SignInAsync(string username)
    {
        await Stage.SignUpAsync(Apps[0], username);
        return await Apps[0].PostAsync("login", new { username, password = Stage.Password });
    }

    /// <summary>How often an account of an address was activated, according to the histories.</summary>
    public Task<int> ActivationsAsync(string username) => EventsAsync(username, "activated");

    /// <summary>How many events of a kind the histories of an address's accounts have.</summary>
    public async Task<int> EventsAsync(string username, string kind)
    {
        var count = 0;
        foreach (var account in await FindAsync(username))
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {account.PartitionKey} and Kind eq {kind}");
            count += await tables.GetTableClient("Accounts").QueryAsync<TableEntity>(filter).CountAsync();
        }

        return count;
    }

    /// <summary>How many accounts have an address and a claim on it.</summary>
    public async Task<int> ClaimsAsync(string username)
    {
        var claim = await tables.GetTableClient("Addresses").GetEntityIfExistsAsync<TableEntity>(EmailAddress.KeyOf(username), "account");
        return (await FindAsync(username)).Count(account => claim.Value?.GetString("AccountId") == account.PartitionKey);
    }

    /// <summary>The tries left for the activation code of an address.</summary>
    public async Task<int> TriesLeftAsync(string username)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {EmailAddress.KeyOf(username)} and Username eq {username}");
        return (await tables.GetTableClient("Addresses").QueryAsync<TableEntity>(filter).FirstAsync()).GetInt32("TriesLeft") ?? -1;
    }

    private ValueTask<List<TableEntity>> FindAsync(string username)
    {
        var filter = TableClient.CreateQueryFilter($"RowKey eq {"account"} and Username eq {username}");
        return tables.GetTableClient("Accounts").QueryAsync<TableEntity>(filter).ToListAsync();
    }
}
