using System.Diagnostics;

namespace Stress;

/// <summary>Tables, queues and the mail service become unavailable and come back repeatedly, while people sign up and in.</summary>
public static class OutageStress
{
    private const int Parallelism = 4;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan SlowestRefusal = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlowestRecovery = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(int times)
    {
        Console.WriteLine(
            "| away | times | answers during the outage | 503 | slowest 503 | other 5xx | last 503 after the return | registered and lost "
                + "|");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        return await RunAsync("Table", times) & await RunAsync("Queue", times) & await RunAsync("mail", times);
    }

    private static async Task<bool> RunAsync(string what, int times)
    {
        await using var stage = await Stage.StartAsync();
        await using var proxy = StorageProxy.Start(stage.Storage, what);
        using var app = await stage.StartAppAsync(proxy.Storage);
        var (tally, stop, number) = (new Tally(), false, 0);
        var load = Task.WhenAll(Enumerable.Range(0, Parallelism).Select(_ => Task.Run(LoadAsync)));
        for (var outage = 0; outage < times; outage++)
        {
            await Task.Delay(Between);
            tally.Begin();
            proxy.Switch(StorageProxy.Mode.Refusing);
            stage.Sink.IsAway = what is "mail";
            await Task.Delay(Length);
            proxy.Switch(StorageProxy.Mode.Open);
            stage.Sink.IsAway = false;
            tally.End();
            await stage.ForgetHousekeepingAsync();
            Console.Error.WriteLine(
                $"{what}: {outage + 1} of {times}, {tally.Registered.Count} registered, {stage.Sink.Recipients} mailed");
        }

        await Task.Delay(Between);
        stop = true;
        await load;

        // The queue listener may lose a message in transit, which reappears when the host's lease on it ends, after ten minutes.
        await stage.WaitAsync(
            () => tally.Registered.All(username => stage.Sink.CountFor(username) > 0), $"{what}: {tally.Registered.Count:N0} registered");
        var lost = tally.Registered.Count(username => stage.Sink.CountFor(username) == 0);
        Console.WriteLine(
            $"| {what} | {times} | {tally.Meanwhile:N0} | {tally.Refused:N0} | {tally.Slowest.TotalSeconds:N1} s | {tally.Other} "
            + $"| {tally.Recovery.TotalSeconds:N1} s | {lost} of {tally.Registered.Count:N0} |");
        return tally.Other == 0 && lost == 0 && tally.Slowest < SlowestRefusal && tally.Recovery < SlowestRecovery;

        async Task LoadAsync()
        {
            while (!stop)
            {
                var username = $"u{Interlocked.Increment(ref number)}@example.com";
                await AskAsync("register", username, new { username, password1 = Stage.Password, password2 = Stage.Password });
                await AskAsync("login", username, new { username, password = "x" });
                await AskAsync("code", username, new { username = "a" + username });
            }
        }

        async Task AskAsync(string operation, string username, object body)
        {
            var (start, during) = (Stopwatch.GetTimestamp(), tally.IsAway);
            var reply = await app.PostAsync(operation, body);
            tally.Add(reply.Status, username, Stopwatch.GetElapsedTime(start), during);
        }
    }

    /// <summary>Counts the answers of one scenario.</summary>
    private sealed class Tally
    {
        private readonly Lock sync = new();
        private long over = Stopwatch.GetTimestamp();

        public bool IsAway { get; private set; }

        /// <summary>Answers to requests that were sent during an outage.</summary>
        public int Meanwhile { get; private set; }

        public int Refused { get; private set; }

        public int Other { get; private set; }

        public TimeSpan Slowest { get; private set; }

        public TimeSpan Recovery { get; private set; }

        public List<string> Registered { get; } = [];

        public void Begin() => IsAway = true;

        public void End() => (IsAway, over) = (false, Stopwatch.GetTimestamp());

        public void Add(int status, string username, TimeSpan took, bool during)
        {
            lock (sync)
            {
                Meanwhile += during ? 1 : 0;
                if (status == 503)
                {
                    Refused++;
                    Slowest = during && IsAway && took > Slowest ? took : Slowest;
                    var late = Stopwatch.GetElapsedTime(over);
                    Recovery = !IsAway && late < Between && late > Recovery ? late : Recovery;
                }
                else if (status is 0 or >= 500)
                {
                    Other++;
                }
                else if (status == 201)
                {
                    Registered.Add(username);
                }
            }
        }
    }
}
