using System.Diagnostics;

namespace Stress;

/// <summary>Sign-ins, refreshes and reads for a long time at four fifths of the limit: no error, flat memory, bounded handles.</summary>
public static class SoakStress
{
    private const int Parallelism = 8;

    // Requests of one session.
    private const int Turn = 20;

    // Few, so that every account soon reaches the limit.
    private const int MaxSessions = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(10);

    /// <param name="crowd">How many people sign in, one after another; at least one for each caller.</param>
    public static async Task<bool> RunAsync(TimeSpan length, int crowd)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync(maxSessions: MaxSessions);
        var people = Enumerable.Range(0, crowd - (crowd % Parallelism)).Select(number => new Person($"u{number}@example.com")).ToArray();
        foreach (var group in people.Chunk(Parallelism))
        {
            await Task.WhenAll(group.Select(async person =>
            {
                await stage.SignUpAsync(app, person.Username);
                for (var sessions = 0; sessions < MaxSessions; sessions++)
                {
                    await LoginAsync(person);
                }
            }));
        }

        var (requests, errors) = (0, 0);
        await LoadAsync(WarmUp, TimeSpan.Zero);
        await stage.ForgetHistoryAsync();
        (requests, errors) = (0, 0);
        await LoadAsync(FindLimit, TimeSpan.Zero);
        await stage.ForgetHistoryAsync();
        var limit = requests / FindLimit.TotalSeconds;
        (requests, errors) = (0, 0);

        var before = await stage.TimeReadsAsync();
        var samples = new List<(TimeSpan Time, int Requests, long Memory, int Handles)>();
        var clock = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        var sampling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var sample = (clock.Elapsed, Requests: requests, app.Memory, app.Handles);
                samples.Add(sample);
                Console.Error.WriteLine($"{requests:N0} requests, {errors} errors, {sample.Memory >> 20} MB, {sample.Handles} handles");
                await stage.ForgetHousekeepingAsync();
                await stage.ForgetHistoryAsync();
                await Task.Delay(Sampling);
            }
        });
        await LoadAsync(length, TimeSpan.FromSeconds(Parallelism / (limit * 0.8)));
        await stop.CancelAsync();
        await sampling;
        var after = await stage.TimeReadsAsync();

        var (third, minute) = (samples.Count / 3, Math.Min(6, samples.Count - 1));
        var (early, late) = (samples[third..(2 * third)].Max(sample => sample.Memory), samples[(2 * third)..].Max(sample => sample.Memory));
        Console.WriteLine(
            $"{length.TotalMinutes:N0} min, {people.Length} people, at {requests / length.TotalSeconds:N0} of {limit:N0} requests/s "
            + $"({Rate(0):N0} in the first minute, {Rate(samples.Count - minute - 1):N0} in the last): "
            + $"{requests:N0} requests, {errors} errors; most memory of the app in the second third {early >> 20} MB, "
            + $"in the last {late >> 20} MB; handles {samples[third].Handles} to {samples[^1].Handles}");
        Console.WriteLine(
            $"The storage itself, before and after: a query of an empty partition {before.Query:N1} and {after.Query:N1} ms, "
            + $"a read by key {before.Key:N1} and {after.Key:N1} ms");
        return errors == 0 && late < early * 1.1 && samples[^1].Handles < samples[third].Handles * 1.2;

        // Requests a second in the minute that begins with this sample.
        double Rate(int first)
        {
            var (from, to) = (samples[first], samples[first + minute]);
            return (to.Requests - from.Requests) / (to.Time - from.Time).TotalSeconds;
        }

        async Task<Reply> LoginAsync(Person person)
        {
            var reply = await app.PostAsync("login", new { username = person.Username, password = Stage.Password, device = person.Device });
            person.Device = reply.Status == 200 ? reply.Data.GetProperty("device").GetString() : person.Device;
            return reply;
        }

        Task LoadAsync(TimeSpan duration, TimeSpan interval)
        {
            var watch = Stopwatch.StartNew();
            return Task.WhenAll(Enumerable.Range(0, Parallelism).Select(
                caller => Task.Run(() => UseAsync(caller, watch, duration, interval))));
        }

        // A caller sends a request when the interval since its last one is over, and each session belongs to another of its people.
        async Task UseAsync(int caller, Stopwatch watch, TimeSpan duration, TimeSpan interval)
        {
            var (token, refresh, next) = ("", "", TimeSpan.Zero);
            for (var round = 0; watch.Elapsed < duration; round++)
            {
                var person = people[(caller + (round / Turn * Parallelism)) % people.Length];
                var reply = (round % Turn) switch
                {
                    0 => await LoginAsync(person),
                    Turn / 2 => await app.PostAsync("refresh", new { refresh }),
                    _ => await app.PostAsync("details", new { job = $"{round}" }, token),
                };
                Interlocked.Increment(ref requests);
                if (reply.Status != 200)
                {
                    Interlocked.Increment(ref errors);
                }
                else if (reply.Data.TryGetProperty("access", out var access))
                {
                    (token, refresh) = (access.GetString() ?? "", reply.Data.GetProperty("refresh").GetString() ?? "");
                }

                next += interval;
                if (next > watch.Elapsed)
                {
                    await Task.Delay(next - watch.Elapsed);
                }
            }
        }
    }

    private sealed class Person(string username)
    {
        public string Username => username;

        /// <summary>The secret of this person's only device; null before the first sign-in.</summary>
        public string? Device { get; set; }
    }
}
