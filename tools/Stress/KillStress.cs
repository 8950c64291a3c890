using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Data.Tables;

namespace Stress;

/// <summary>People go through the whole flow while host and app are killed again and again. They retry until they finish.</summary>
public static class KillStress
{
    private const int Parallelism = 10;

    public static async Task<bool> RunAsync(int flows, int kills)
    {
        await using var stage = await Stage.StartAsync();
        var app = await stage.StartAppAsync();
        var finished = new ConcurrentBag<int>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism };
        var people = Task.Run(() => Parallel.ForAsync(0, flows, parallel, async (number, _) =>
            finished.Add(await new KillFlow(stage, () => app, $"u{number}@example.com").RunAsync())));
        var killed = 0;
        try
        {
            for (; killed < kills && !people.IsCompleted; killed++)
            {
                await Task.Delay(RandomNumberGenerator.GetInt32(300, 1900));
                app.Dispose();
                app = await stage.StartAppAsync();
                Console.Error.WriteLine($"{killed + 1} kills, {finished.Count} of {flows} flows");
            }

            await people;
        }
        finally
        {
            app.Dispose();
        }

        var addresses = new TableServiceClient(stage.Storage).GetTableClient("Addresses");
        var claims = await addresses.QueryAsync<TableEntity>("RowKey eq 'account'").Select(row => row.GetString("AccountId")).ToListAsync();
        var mails = Enumerable.Range(0, flows).Sum(number => stage.Sink.CountFor($"u{number}@example.com"));
        Console.WriteLine(
            $"{killed} kills during {flows} flows: {finished.Count} finished, {claims.Distinct().Count()} accounts, {claims.Count} names, "
            + $"{mails:N0} mails for {finished.Sum():N0} requests for one, {stage.Sink.Doubles} of them doubles");

        // Each account has an address and an identity.
        return finished.Count == flows && claims.Distinct().Count() == flows && claims.Count == 2 * flows && stage.Sink.Doubles <= killed;
    }
}
