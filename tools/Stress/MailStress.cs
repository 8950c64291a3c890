using System.Diagnostics;
using System.Security.Cryptography;

namespace Stress;

/// <summary>Mail jobs delivered twice, an outage of the mail service, mails that always fail, and kills while mails are sent.</summary>
public static class MailStress
{
    private const int Wave = 1000;

    public static async Task<bool> DeliverTwiceAsync(int jobs)
    {
        var (mails, recipients) = (0, 0);
        var watch = Stopwatch.StartNew();

        // Each wave has its own storage, because Azurite slows down with the messages that went through its queues.
        for (var first = 0; first < jobs; first += Wave)
        {
            var wave = Math.Min(Wave, jobs - first);
            await using var stage = await Stage.StartAsync();
            await stage.RegisterAsync(wave, copies: 2);
            using var app = await stage.StartAppAsync();
            await stage.WaitAsync(() => stage.Sink.Recipients == wave, $"jobs from {first:N0} on, each delivered twice");
            await stage.DrainAsync();
            mails += stage.Sink.Count;
            recipients += stage.Sink.Recipients;
        }

        Console.WriteLine(
            $"{jobs:N0} jobs delivered twice: {mails:N0} mails to {recipients:N0} recipients in {watch.Elapsed.TotalMinutes:N0} min");
        return mails == jobs && recipients == jobs;
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
        var (poisoned, late) = (await stage.PoisonedAsync(), stage.Sink.LastRecipient - back);
        Console.WriteLine(
            $"{outage.TotalMinutes:N0} min of outage, {jobs:N0} jobs: {stage.Sink.Refusals:N0} refusals, "
            + $"then {stage.Sink.Count:N0} mails to {stage.Sink.Recipients:N0} recipients, "
            + $"the last {late.TotalSeconds:N0} s after the end; {poisoned} abandoned");
        return stage.Sink.Count == jobs && poisoned == 0;
    }

    public static async Task<bool> PoisonedRecipientAsync(int jobs, int poisoned)
    {
        var alone = await TimeAsync(jobs, 0);
        var beside = await TimeAsync(jobs, poisoned);
        Console.WriteLine(
            $"{jobs:N0} mails: {alone.TotalSeconds:N1} s alone, {beside.TotalSeconds:N1} s among {poisoned} that fail each time");
        return beside < alone * 1.5;
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

        // Messages held by the killed app reappear when the host's lease on them ends, after ten minutes.
        using var last = await stage.StartAppAsync();
        await stage.WaitAsync(() => stage.Sink.Recipients == jobs, $"after {done} kills");
        await stage.DrainAsync();
        Console.WriteLine(
            $"{done} kills during {jobs} sends: {stage.Sink.Recipients} recipients, {stage.Sink.Count - stage.Sink.Recipients} duplicates");
        return stage.Sink.Recipients == jobs && stage.Sink.Count - jobs <= done;
    }

    private static async Task<TimeSpan> TimeAsync(int jobs, int failing)
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
