using System.Globalization;
using Benchmarks.Servers;
using LocalHost.Storage;

namespace Benchmarks.Load;

/// <summary>
/// Finds out how many concurrent hashes suit an instance: measures sign-ins, with reads beside them, for several widths of the hash gate,
/// interleaved. With <c>APP_CPUS=0</c>, host and worker have one core, like an instance of 2,048 MB.
/// </summary>
/// <param name="duration">The length of one measurement.</param>
public sealed class GateCommand(TimeSpan duration)
{
    private const int Accounts = 32;
    private const int Callers = 8;
    private const int Burst = 200;
    private static readonly int[] Widths = [1, 2, 3, 4];

    public async Task RunAsync()
    {
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
        await using var sink = await MailSink.StartAsync();
        var settings = LoadCommand.Settings(azurite.ConnectionString(), sink);
        using (var mailer = await Server.StartAppAsync(settings))
        {
            await Parallel.ForAsync(0, Accounts, async (number, _) => await People.SignUpAsync(mailer, number, sink));
        }

        // One app at a time, because even an idle app uses memory and cores.
        Console.WriteLine("| hashes at once | logins/s of 8 | p50 | p99 | a read beside them, p50 | p99 | peak RSS |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var meter = new Meter(azurite.ProcessId);
        var rounds = Widths.ToDictionary(width => width, _ => new List<(Measurement Logins, Measurement Reads, long Peak)>());
        for (var round = 0; round < Series.Rounds; round++)
        {
            foreach (var width in Widths)
            {
                rounds[width].Add(await MeasureAsync(meter, settings, width));
            }
        }

        foreach (var (width, results) in rounds)
        {
            var logins = Measurement.Median(results.ConvertAll(result => result.Logins));
            var reads = Measurement.Median(results.ConvertAll(result => result.Reads));
            var peak = results.Select(result => result.Peak).Order().ElementAt(results.Count / 2);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {width} | {logins.PerSecond:N0} | {logins.P50:N0} ms | {logins.P99:N0} ms | {reads.P50:N1} ms | {reads.P99:N0} ms "
                + $"| {peak >> 20} MB |"));
        }
    }

    private async Task<(Measurement Logins, Measurement Reads, long Peak)> MeasureAsync(
        Meter meter, Dictionary<string, string> settings, int width)
    {
        using var app = await Server.StartAppAsync(new Dictionary<string, string>(LoadCommand.RequestsOnly(settings))
        {
            ["Passwords__MaxConcurrentHashes"] = $"{width}",
        });
        var data = (await People.LoginAsync(app, 0)).GetProperty("data");
        var token = People.Text(data, "access");
        await meter.RunAsync(Callers, duration / 2, number => People.LoginAsync(app, number % Accounts), app);
        var logins = meter.RunAsync(Callers, duration, number => People.LoginAsync(app, number % Accounts), app);
        var reads = meter.RunAsync(1, duration, _ => app.GetAsync("/api/account/details", token));
        await Task.WhenAll(logins, reads);
        return (await logins, await reads, (await People.BurstAsync(app, Burst)).PeakBytes);
    }
}
