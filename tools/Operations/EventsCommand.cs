using System.Globalization;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage.Accounts;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- events since TIME</c>: publishes again what the history of the accounts has, for a service
/// that was away for longer than the queue keeps events, or is new. Deleted accounts have no history.
/// </summary>
public sealed class EventsCommand(AccountStore accounts, EventFeed feed, TextWriter output)
{
    public const string Usage = """
        events since TIME             publishes the events since then again, such as 2027-01-31T00:00:00Z, oldest first for each account
        """;

    private const int Parallel = 16;

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["since", var text]
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, async () =>
        {
            var published = 0;
            await System.Threading.Tasks.Parallel.ForEachAsync(
                accounts.ListIdsAsync(cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                async (id, stop) => Interlocked.Add(ref published, await PublishAsync(id, since, stop)));
            await output.WriteLineAsync($"{published:N0} events published");
            return 0;
        });
    }

    private async Task<int> PublishAsync(string accountId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var events = await accounts.ListEventsAsync(accountId, after: null, pageSize: null, cancellationToken)
            .TakeWhile(recorded => recorded.Time >= since)
            .ToListAsync(cancellationToken);
        events.Reverse();
        var published = 0;
        foreach (var recorded in events)
        {
            published += await feed.PublishAsync(accountId, recorded, cancellationToken) ? 1 : 0;
        }

        return published;
    }
}
