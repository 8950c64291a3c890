using System.Globalization;

namespace Benchmarks.Load;

/// <summary>The report as Markdown: the figures with goals, then all figures.</summary>
public static class LoadTables
{
    private const string App = "app";
    private const string MinimalWorker = "MinimalWorker";

    public static string Write(LoadReport report)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine("| figure | measured | goal |");
        text.WriteLine("|---|---|---|");
        WriteLogin(text, report);
        WriteHost(text, report);
        WriteRatios(text, report);
        text.WriteLine($"| queue: answer → mail at the service, idle, p50 | {report.QueueLag:N0} ms | ≤ 300 ms |");
        if (report.Scale is { } scale)
        {
            WriteScale(text, scale);
        }

        text.WriteLine();
        WriteRows(text, report);
        return $"{text}";
    }

    private static void WriteLogin(TextWriter text, LoadReport report)
    {
        var (hash, login, peer) = (report.Of("login", "hash alone", 8), report.Of("login", App, 8), report.Of("login", "Identity", 8));
        double Share(double cpu) => login.PerSecond / (hash.PerSecond * (1 - (login.PerSecond * cpu / 1000 / Environment.ProcessorCount)));
        double Beyond(string who, int concurrency) =>
            report.Of("login", who, concurrency).Cpu - report.Of("login", "hash alone", concurrency).Cpu;
        double Host(int concurrency) => report.Of("login", App, concurrency).HostCpu;
        text.WriteLine(
            $"| login: app CPU beyond the raw hash | {Beyond(App, 1):N2} ms of one caller, {Beyond(App, 8):N2} ms of eight "
            + $"(the raw calls {Beyond("raw", 1):N2} and {Beyond("raw", 8):N2}; "
            + $"the host beside {Host(1):N2} and {Host(8):N2}) | ≤ 2.5 ms |");
        text.WriteLine(
            $"| login at 8: of the raw hash throughput, Azurite's CPU taken out | {Share(login.StorageCpu):P0} "
            + $"({Share(0):P0} with it; {Share(login.StorageCpu + login.HostCpu):P0} with the host's CPU taken out, too) | ≥ 85 % |");
        text.WriteLine($"| login at 8: times Identity's | {login.PerSecond / peer.PerSecond:N1} | ≥ 4 |");
    }

    private static void WriteHost(TextWriter text, LoadReport report)
    {
        var (hello, live) = (report.Of("hello", MinimalWorker, 1), report.Of("hello", App, 1));
        var (app, minimal, raw) = (report.Of("details", App, 8), report.Of("details", MinimalWorker, 8), report.Of("details", "raw", 8));
        text.WriteLine(
            $"| host and worker alone (MinimalWorker's hello), p50 at 1 | {hello.P50:N2} ms (the app's liveness {live.P50:N2}) | – |");
        text.WriteLine(
            $"| details: app CPU | {app.Cpu:N2} ms (MinimalWorker's read {minimal.Cpu:N2}, the raw read {raw.Cpu:N2}) | ≤ 0.8 ms |");
        text.WriteLine($"| details: CPU of the local host | {app.HostCpu:N2} ms (MinimalWorker's read {minimal.HostCpu:N2}) | – |");
        text.WriteLine(
            $"| details: allocation of the app | {app.AllocatedKiB:N0} KiB (MinimalWorker's read {minimal.AllocatedKiB:N0}) | ≤ 40 KiB |");
        text.WriteLine(
            $"| peak RSS of the app after 200 logins at once and all of this | {report.App.PeakBytes >> 20} MB "
            + $"(its host {report.App.HostPeakBytes >> 20} MB, Identity {report.Identity.PeakBytes >> 20} MB) | ≤ 250 MB |");
    }

    private static void WriteRatios(TextWriter text, LoadReport report)
    {
        var hello = report.Of("hello", MinimalWorker, 1).P50;
        foreach (var operation in LoadReport.Operations)
        {
            var (app, raw) = (report.Of(operation, App, 1).P50, report.Of(operation, "raw", 1).P50);
            text.WriteLine(
                $"| {operation}: p50 at 1, times the raw calls | {app / raw:N2} "
                + $"({app / (raw + hello):N2} times raw calls, host and worker) | ≤ 1.35 |");
        }

        var read = report.Of("details", App, 1).P50 / report.Of("details", MinimalWorker, 1).P50;
        text.WriteLine($"| details: p50 at 1, times MinimalWorker's with the same read | {read:N2} | ≤ 1.35 |");
    }

    private static void WriteScale(TextWriter text, ScaleResult scale)
    {
        static string Change(double few, double many) => $"{(many / few) - 1:+0 %;-0 %}";
        var (few, many) = (scale.Few, scale.Many);
        var (fewRest, manyRest) = (few.Login - few.Query, many.Login - many.Query);
        text.WriteLine(
            $"| details: p50 with {scale.Accounts:N0} accounts more | {many.Details:N2} ms against {few.Details:N2} ms "
            + $"({Change(few.Details, many.Details)}) | within 10 % |");
        text.WriteLine(
            $"| login: p50 with {scale.Accounts:N0} accounts more, without its partition query | {manyRest:N2} ms against {fewRest:N2} ms "
            + $"({Change(fewRest, manyRest)}); the query, which Azurite answers by looking at every row, {many.Query:N2} ms "
            + $"against {few.Query:N2} ms | within 10 % |");
    }

    private static void WriteRows(TextWriter text, LoadReport report)
    {
        text.WriteLine("CPU and allocation of app and MinimalWorker are those of the worker process. The local host has a column beside.");
        text.WriteLine();
        text.WriteLine("| operation | who | at once | req/s | p50 ms | p99 ms | CPU ms | host's CPU ms | allocated KiB | storage calls |");
        text.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in report.Rows.OrderBy(row => row.Operation, StringComparer.Ordinal).ThenBy(row => row.Concurrency))
        {
            var result = row.Result;
            var host = row.IsHosted ? $"{result.HostCpu:N2}" : "–";
            var calls = row.HasCalls ? $"{result.StorageCalls:N1}" : "–";
            text.WriteLine(
                $"| {row.Operation} | {row.Who} | {row.Concurrency} | {result.PerSecond:N0} | {result.P50:N2} | {result.P99:N2} "
                + $"| {result.Cpu:N2} | {host} | {(row.Who is "better-auth" ? "–" : $"{result.AllocatedKiB:N0}")} | {calls} |");
        }
    }
}
