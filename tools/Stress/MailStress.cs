using System.Diagnostics;
using System.Security.Cryptography;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>What becomes of mails when they are delivered twice, when nothing takes them, when one of them cannot be sent, and when the app is killed.</summary>
public static class MailStress
{
    private const int Wave = 1000;

    public static async Task<bool> DeliverTwiceAsync(int jobs)
    {
        var (mails, recipients) = (0, 0);
        var watch = Stopwatch.StartNew();

        // Each wave on a storage of its own: Azurite slows down with what went through its queues.
        for (var first = 0; first < jobs; first += Wave)
        {
            await using var stage = await Stage.StartAsync();
            await stage.RegisterAsync(Wave, copies: 2);
            using var app = await stage.StartAppAsync();
            await stage.WaitAsync(() => stage.Sink.Recipients == Wave, $"jobs from {first:N0} on, each delivered twice");
            await stage.DrainAsync();
            mails += stage.Sink.Count;
            recipients += stage.Sink.Recipients;
        }

        return Report($"{jobs:N0} jobs delivered twice: {mails:N0} mails to {recipients:N0} recipients in {watch.Elapsed.TotalMinutes:N0} min", mails == jobs && recipients == jobs);
    }

    public static async Task<bool> OutageAsync(int jobs, TimeSpan outage)
    {
        await using var stage = await Stage.StartAsync();
        stage.Sink.IsAway = true;
        await stage.RegisterAsync(jobs, copies: 1);
        using var app = await stage.StartAppAsync();
        await Task.Delay(outage);
        stage.Sink.IsAway = false;
        var back = stage.Sink.Now;
        await stage.WaitAsync(() => stage.Sink.Recipients == jobs, "after the outage");
        await stage.DrainAsync();
        var poisoned = await stage.PoisonedAsync();
        return Report(
            $"{outage.TotalMinutes:N0} min of outage, {jobs:N0} jobs: {stage.Sink.Refusals:N0} refusals, then {stage.Sink.Count:N0} mails to {stage.Sink.Recipients:N0} recipients, "
            + $"the last {(stage.Sink.LastRecipient - back).TotalSeconds:N0} s after the end; {poisoned} given up",
            stage.Sink.Count == jobs && poisoned == 0);
    }

    public static async Task<bool> PoisonedRecipientAsync(int jobs, int poisoned)
    {
        var alone = await RunAsync(0);
        var beside = await RunAsync(poisoned);
        return Report(
            $"{jobs:N0} mails: {alone.TotalSeconds:N1} s alone, {beside.TotalSeconds:N1} s with {poisoned} jobs between them that can never be sent",
            beside < alone * 1.5);

        async Task<TimeSpan> RunAsync(int failing)
        {
            await using var stage = await Stage.StartAsync();
            stage.Sink.IsPoisoned = address => int.Parse(address.Split('@')[0][1..], null) < failing;
            await stage.RegisterAsync(jobs + failing, copies: 1);
            using var app = await stage.StartAppAsync();
            var start = stage.Sink.Now;
            await stage.WaitAsync(() => stage.Sink.Recipients == jobs, $"{failing} that fail");
            return stage.Sink.LastRecipient - start;
        }
    }

    public static async Task<bool> KillAsync(int jobs, int kills)
    {
        await using var stage = await Stage.StartAsync();
        stage.Sink.Delay = TimeSpan.FromMilliseconds(300);
        await stage.RegisterAsync(jobs, copies: 1);
        var done = 0;
        for (; done < kills && stage.Sink.Recipients < jobs; done++)
        {
            using var app = await stage.StartAppAsync();
            await Task.Delay(RandomNumberGenerator.GetInt32(100, 900));
        }

        // What was in the hands of the killed comes back when the host's lease on it ends, after ten minutes.
        using var last = await stage.StartAppAsync();
        await stage.WaitAsync(() => stage.Sink.Recipients == jobs, $"after {done} kills");
        await stage.DrainAsync();
        return Report(
            $"{done} kills during {jobs} sends: {stage.Sink.Recipients} recipients, {stage.Sink.Count - stage.Sink.Recipients} duplicates",
            stage.Sink.Recipients == jobs && stage.Sink.Count - jobs <= done);
    }

    private static bool Report(string result, bool holds)
    {
        Console.WriteLine(result);
        return holds;
    }
}
