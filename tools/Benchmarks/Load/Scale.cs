using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Azure.Data.Tables;
using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>Median milliseconds of one caller.</summary>
/// <param name="Query">The time of the query for an address, without the app.</param>
public sealed record ScaleTimes(double Login, double Details, double Query);

/// <summary>The times with few accounts, and with this many more.</summary>
public sealed record ScaleResult(int Accounts, ScaleTimes Few, ScaleTimes Many);

/// <summary>Measures whether the number of accounts makes the app slower.</summary>
public sealed class Scale(string storage, Server app, People people, Meter meter, TimeSpan duration)
{
    private const int Parallelism = 16;
    private const int Callers = 10;
    private readonly TableClient addresses = new(storage, TableNames.Addresses);
    private readonly TableClient accounts = new(storage, TableNames.Accounts);

    public async Task<ScaleResult> MeasureAsync(int count)
    {
        var few = await TimeAsync();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, cancellation) =>
        {
            await AddAsync($"many{number}@example.com", cancellation);
            if (number % 10_000 == 0)
            {
                Console.Error.WriteLine($"account {number:N0} of {count:N0}");
            }
        });
        return new ScaleResult(count, few, await TimeAsync());
    }

    private async Task<ScaleTimes> TimeAsync()
    {
        var login = await meter.RunAsync(1, duration * 2, number => People.LoginAsync(app, number % Callers));
        var details = await meter.RunAsync(
            1, duration * 2, number => app.GetAsync("/api/account/details", people.Own(number % Callers).Access));
        var query = await meter.RunAsync(1, duration * 2, number =>
            QueryAsync(EmailAddress.KeyOf($"u{number % Callers}@example.com")));
        return new ScaleTimes(login.P50, details.P50, query.P50);
    }

    private async Task QueryAsync(string partition) =>
        await addresses.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}")).ToListAsync();

    private async Task AddAsync(string address, CancellationToken cancellationToken)
    {
        var (key, id) = (EmailAddress.KeyOf(address), Guid.CreateVersion7().ToString("N"));
        await addresses.AddEntityAsync(new ClaimEntity(key, id).Columns, cancellationToken);
        var account = new AccountEntity(id)
        {
            Username = address,
            Mailbox = address,
            Role = AccountEntity.ClientRole,
            Credential = FloorRows.Credential,
            FirstName = "",
            LastName = "",
            Version = 1,
        };
        await accounts.AddEntityAsync(account.Columns, cancellationToken);
    }
}
