using System.Diagnostics;
using AccountFunctions.Storage;
using Azure.Data.Tables;

namespace Stress;

/// <summary>
/// Strangers sign in at addresses of their own without a pause, more than the instance can hash. Those it cannot take hear so at once. Raw
/// calls to storage run beside people who are signed in, for comparison.
/// </summary>
public static class CrowdStress
{
    private const string User = "user@example.com";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static async Task<bool> RunAsync(int callers)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync(realHashes: true);
        await stage.SignUpAsync(app, User);
        var login = (await app.PostAsync("login", new { username = User, password = Stage.Password })).Data;
        var (access, refresh) = (login.GetProperty("access").GetString(), login.GetProperty("refresh").GetString());
        var table = new TableServiceClient(stage.Storage).GetTableClient(TableNames.Accounts);
        var row = await table.QueryAsync<TableEntity>(entity => entity.RowKey == "account").FirstAsync();

        Console.WriteLine("| | answers | median | of a hundred, five take more than |");
        Console.WriteLine("|---|---|---|---|");
        await ObserveAsync("no crowd", TimeSpan.FromSeconds(5));
        using var stop = new CancellationTokenSource();
        var (answered, refused, failed) = (new Times(), new Times(), 0);
        var crowd = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => SignInAsync(caller))));
        await ObserveAsync($"{callers} strangers", Duration);
        await stop.CancelAsync();
        await crowd;
        answered.Print($"{callers} strangers: sign-ins that are answered");
        refused.Print($"{callers} strangers: sign-ins that get 503");
        return failed == 0 && answered.Count > 0 && refused.Count > 0 && refused.Most(ofHundred: 95) < 1000;

        async Task SignInAsync(int caller)
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                var started = Stopwatch.GetTimestamp();
                var reply = await app.PostAsync(
                    "login", new { username = $"stranger-{caller}-{number}@example.com", password = "a wrong password" });
                (reply.Status == 503 ? refused : answered).Add(started);
                if (reply.Status is not (503 or 400))
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }

        async Task ObserveAsync(string when, TimeSpan time)
        {
            var unanswered = 0;
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(
                RepeatAsync($"{when}: a raw read of a table", async () =>
                {
                    await table.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey);
                    return true;
                }),
                RepeatAsync($"{when}: a raw write", async () =>
                {
                    var written = new TableEntity("crowd", "row") { ["Time"] = TimeProvider.System.GetUtcNow() };
                    await table.SubmitTransactionAsync([new(TableTransactionActionType.UpsertReplace, written)]);
                    return true;
                }),
                RepeatAsync($"{when}: `details`", async () => (await app.GetAsync("details", access)).Status == 200),
                RepeatAsync($"{when}: `refresh`", async () =>
                {
                    var next = await app.PostAsync("refresh", new { refresh });
                    refresh = next.Status == 200 ? next.Data.GetProperty("refresh").GetString() : refresh;
                    return next.Status == 200;
                }));
            Console.WriteLine($"{when}: {unanswered} of these calls got 503");

            async Task RepeatAsync(string what, Func<Task<bool>> callAsync)
            {
                var times = new Times();
                while (Stopwatch.GetElapsedTime(start) < time)
                {
                    var started = Stopwatch.GetTimestamp();
                    if (!await callAsync())
                    {
                        Interlocked.Increment(ref unanswered);
                    }

                    times.Add(started);
                }

                times.Print(what);
            }
        }
    }

    /// <summary>How long calls took.</summary>
    private sealed class Times
    {
        private readonly List<double> milliseconds = [];

        public int Count => milliseconds.Count;

        public void Add(long started)
        {
            lock (milliseconds)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        /// <summary>The milliseconds that this many of a hundred stay below.</summary>
        public double Most(int ofHundred)
        {
            milliseconds.Sort();
            return milliseconds[Count * ofHundred / 100];
        }

        public void Print(string of)
        {
            Console.WriteLine(
                milliseconds is []
                    ? $"| {of} | 0 | | |"
                    : $"| {of} | {Count:N0} | {Most(ofHundred: 50):N0} ms | {Most(ofHundred: 95):N0} ms |");
        }
    }
}
