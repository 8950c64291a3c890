using System.Diagnostics;

namespace Stress;

/// <summary>Strangers fail at the owner's address without a pause; a client that signed in before can still sign in.</summary>
public static class FloodStress
{
    private const string Owner = "owner@example.com";
    private const string Other = "other@example.com";
    private const int MostHeard = 5;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);

    public static async Task<bool> RunAsync(int callers, int signIns)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        await stage.SignUpAsync(app, Owner);
        await stage.SignUpAsync(app, Other);
        var device = (await SignInAsync(Owner, null)).Reply.Data.GetProperty("device").GetString();
        for (var warmUp = 0; warmUp < signIns; warmUp++)
        {
            await SignInAsync(Other, null);
        }

        Console.WriteLine($"| {signIns} sign-ins | answered 200 | median | slowest |");
        Console.WriteLine("|---|---|---|---|");
        await RepeatAsync("owner, no flood", Owner, device);

        var (heard, refused, unanswered) = (0, 0, 0);
        var watch = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        var flood = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(FailAsync)));
        while (heard + refused + unanswered < callers)
        {
            await Task.Delay(10);
        }

        var another = await RepeatAsync("another user, during the flood", Other, null);
        var owner = await RepeatAsync("owner with the device, during the flood", Owner, device);
        var without = await RepeatAsync("owner without it, during the flood", Owner, null);
        await stop.CancelAsync();
        await flood;
        Console.WriteLine(
            $"{callers} strangers sent {heard + refused + unanswered:N0} wrong passwords in {watch.Elapsed.TotalSeconds:N0} s; "
                + $"{heard} were checked, {unanswered} got 503");

        // One more is checked each time a delay ends, and the delays double.
        return another == signIns && owner == signIns && without == 0 && heard <= MostHeard + (watch.Elapsed / FirstDelay);

        async Task FailAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var reply = await app.PostAsync("login", new { username = Owner, password = "a wrong password" });
                Interlocked.Increment(ref reply.Status == 429 ? ref refused : ref reply.Status == 503 ? ref unanswered : ref heard);
            }
        }

        async Task<int> RepeatAsync(string who, string username, string? shown)
        {
            var (times, answered) = (new List<double>(), 0);
            for (var i = 0; i < signIns; i++)
            {
                var (reply, milliseconds) = await SignInAsync(username, shown);
                times.Add(milliseconds);
                answered += reply.Status == 200 ? 1 : 0;
            }

            times.Sort();
            Console.WriteLine($"| {who} | {answered} | {times[times.Count / 2]:N0} ms | {times[^1]:N0} ms |");
            return answered;
        }

        async Task<(Reply Reply, double Milliseconds)> SignInAsync(string username, string? shown)
        {
            var started = Stopwatch.GetTimestamp();
            var reply = await app.PostAsync("login", new { username, password = Stage.Password, device = shown });
            return (reply, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }
}
