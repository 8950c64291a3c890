using System.Diagnostics;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>Sign-ins, refreshes and account reads for a long time at four fifths of what the app can do: no 5xx, flat memory, bounded handles.</summary>
public static class SoakStress
{
    private const int Parallelism = 8;
    private const string Password = "blue tractor 77";

    public static async Task<bool> RunAsync(TimeSpan length)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, Parallelism).Select(async number =>
        {
            var username = $"u{number}@example.com";
            await app.PostAsync("register", new { username, password1 = Password, password2 = Password });
            await app.PostAsync("activate", new { username, code = await stage.Sink.CodeAsync(username) });
            return username;
        }));

        var (requests, errors) = (0, 0);
        await LoadAsync(TimeSpan.FromSeconds(10), TimeSpan.Zero);
        (requests, errors) = (0, 0);
        await LoadAsync(TimeSpan.FromSeconds(30), TimeSpan.Zero);
        var limit = requests / 30.0;
        (requests, errors) = (0, 0);

        var samples = new List<(long Memory, int Handles)>();
        using var stop = new CancellationTokenSource();
        var sampling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                samples.Add((app.Memory, app.Handles));
                Console.Error.WriteLine($"{requests:N0} requests, {errors} errors, {samples[^1].Memory >> 20} MB, {samples[^1].Handles} handles");
                await stage.ForgetHousekeepingAsync();
                await Task.Delay(TimeSpan.FromSeconds(10));
            }
        });
        await LoadAsync(length, TimeSpan.FromSeconds(Parallelism / (limit * 0.8)));
        await stop.CancelAsync();
        await sampling;

        var third = samples.Count / 3;
        var (early, late) = (samples[third..(2 * third)].Max(sample => sample.Memory), samples[(2 * third)..].Max(sample => sample.Memory));
        Console.WriteLine(
            $"{length.TotalMinutes:N0} min at {requests / length.TotalSeconds:N0} of {limit:N0} requests/s: {requests:N0} requests, {errors} errors; most memory in the second third {early >> 20} MB, "
            + $"in the last {late >> 20} MB; handles {samples[third].Handles} to {samples[^1].Handles}");
        return errors == 0 && late < early * 1.1 && samples[^1].Handles < samples[third].Handles * 1.2;

        // Each person asks again when the interval since the last time is over.
        async Task LoadAsync(TimeSpan duration, TimeSpan interval)
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(people.Select(username => Task.Run(async () =>
            {
                var (token, refresh, next) = ("", "", TimeSpan.Zero);
                for (var round = 0; watch.Elapsed < duration; round++)
                {
                    var reply = (round % 20) switch
                    {
                        0 => await app.PostAsync("login", new { username, password = Password }),
                        10 => await app.PostAsync("refresh", new { refresh }),
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
            })));
        }
    }
}
