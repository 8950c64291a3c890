using AccountFunctions.Contract;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>Median milliseconds of one caller.</summary>
/// <param name="Query">Of the query for an address, without the app.</param>
public sealed record ScaleTimes(double Login, double Details, double Query);

/// <summary>The times with few accounts, and with so many more.</summary>
public sealed record ScaleResult(int Accounts, ScaleTimes Few, ScaleTimes Many);

/// <summary>Whether the number of accounts makes the app slower.</summary>
public sealed class Scale(string storage, Server app, People people, Meter meter, TimeSpan duration)
{
    private const int Parallelism = 16;
    private const int Callers = 10;
    private readonly AddressStore addresses = new(new TableServiceClient(storage), new ChangeLoop(new KeyedTurns()));
    private readonly AccountStore store = new(new TableServiceClient(storage), new ChangeLoop(new KeyedTurns()));

    public async Task<ScaleResult> MeasureAsync(int accounts)
    {
        var few = await TimeAsync();
        await Parallel.ForAsync(0, accounts, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, cancellation) =>
        {
            await AddAsync($"many{number}@example.com", cancellation);
            if (number % 10_000 == 0)
            {
                Console.Error.WriteLine($"account {number:N0} of {accounts:N0}");
            }
        });
        return new ScaleResult(accounts, few, await TimeAsync());
    }

    private async Task<ScaleTimes> TimeAsync()
    {
        var login = await meter.RunAsync(1, duration * 2, number => People.LoginAsync(app, number % Callers));
        var details = await meter.RunAsync(
            1, duration * 2, number => app.GetAsync("/api/account/details", people.Own(number % Callers).Access));
        var query = await meter.RunAsync(1, duration * 2, number =>
            addresses.LoadAsync(EmailAddress.KeyOf($"u{number % Callers}@example.com"), CancellationToken.None));
        return new ScaleTimes(login.P50, details.P50, query.P50);
    }

    private async Task AddAsync(string address, CancellationToken cancellationToken)
    {
        var (key, id) = (EmailAddress.KeyOf(address), Guid.CreateVersion7().ToString("N"));
        var partition = new AddressPartition(key, []);
        partition.Insert(new ClaimEntity(key, id));
        await addresses.TryCommitAsync(partition, cancellationToken);
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
        await store.TryInsertAsync(id, [account], cancellationToken);
    }
}
