using System.Diagnostics;
using AccountFunctions.Tests.Storage;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>Tables, queues and the mail service go away and come back, again and again, while people sign up and in.</summary>
public static class OutageStress
{
    private const string Password = "blue tractor 77";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(8);

    public static async Task<bool> RunAsync(int times)
    {
        Console.WriteLine("| away | times | answers meanwhile | 503 | slowest 503 | other 5xx | normal again after | registered and lost |\n|---|---|---|---|---|---|---|---|");
        return await RunAsync("Table", times) & await RunAsync("Queue", times) & await RunAsync("mail", times);
    }

    private static async Task<bool> RunAsync(string what, int times)
    {
        await using var stage = await Stage.StartAsync();
        await using var proxy = StorageProxy.Start(stage.Storage, what);
        using var app = await stage.StartAppAsync(proxy.Storage);
        var (away, over, stop) = (false, Stopwatch.GetTimestamp(), false);
        var (meanwhile, refused, other, number) = (0, 0, 0, 0);
        var (slowest, recovery) = (TimeSpan.Zero, TimeSpan.Zero);
        var registered = new List<string>();
        var sync = new Lock();

        async Task LoadAsync()
        {
            while (!stop)
            {
                var username = $"u{Interlocked.Increment(ref number)}@example.com";
                foreach (var (operation, body) in new (string, object)[] { ("register", new { username, password1 = Password, password2 = Password }), ("login", new { username, password = "x" }), ("code", new { username = "a" + username }) })
                {
                    var (start, during) = (Stopwatch.GetTimestamp(), away);
                    var reply = await app.PostAsync(operation, body);
                    lock (sync)
                    {
                        var took = Stopwatch.GetElapsedTime(start);
                        meanwhile += during ? 1 : 0;
                        if (reply.Status == 503)
                        {
                            refused++;
                            slowest = during && away && took > slowest ? took : slowest;
                            var late = Stopwatch.GetElapsedTime(over);
                            recovery = !away && late < Between && late > recovery ? late : recovery;
                        }
                        else if (reply.Status is 0 or >= 500)
                        {
                            other++;
                        }
                        else if (reply.Status == 201)
                        {
                            registered.Add(username);
                        }
                    }
                }
            }
        }

        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(LoadAsync)));
        for (var outage = 0; outage < times; outage++)
        {
            await Task.Delay(Between);
            away = true;
            proxy.Switch(StorageProxy.Mode.Refusing);
            stage.Sink.IsAway = what is "mail";
            await Task.Delay(Length);
            proxy.Switch(StorageProxy.Mode.Open);
            stage.Sink.IsAway = false;
            (away, over) = (false, Stopwatch.GetTimestamp());
            await stage.ForgetHousekeepingAsync();
            Console.Error.WriteLine($"{what}: {outage + 1} of {times}, {registered.Count} registered, {stage.Sink.Recipients} mailed");
        }

        await Task.Delay(Between);
        stop = true;
        await load;
        // What was on its way to the listener when the queue went away comes back when the host's lease on it ends, after ten minutes.
        await stage.WaitAsync(() => registered.All(username => stage.Sink.CountFor(username) > 0), $"{what}: {registered.Count:N0} registered");

        var lost = registered.Count(username => stage.Sink.CountFor(username) == 0);
        Console.WriteLine($"| {what} | {times} | {meanwhile:N0} | {refused:N0} | {slowest.TotalSeconds:N1} s | {other} | {recovery.TotalSeconds:N1} s | {lost} of {registered.Count:N0} |");
        return other == 0 && lost == 0 && slowest < TimeSpan.FromSeconds(3) && recovery < TimeSpan.FromSeconds(5);
    }
}
