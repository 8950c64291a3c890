using System.Globalization;
using AccountFunctions.Benchmarks.Stress;

// Options are pairs: --rounds 50.
int Option(string name, int fallback) =>
    Array.IndexOf(args, $"--{name}") is >= 0 and var index && index + 1 < args.Length ? int.Parse(args[index + 1], CultureInfo.InvariantCulture) : fallback;

var scenarios = new Dictionary<string, Func<Task<bool>>>
{
    ["races"] = () => RaceStress.RunAsync(Option("rounds", 50)),
    ["kills"] = () => KillStress.RunAsync(Option("flows", 300), Option("kills", 30)),
    ["hostile"] = () => HostileStress.RunAsync(Option("count", 1_000_000), Option("seed", Environment.TickCount), Option("only", -1)),
    ["timing"] = () => TimingStress.RunAsync(Option("pairs", 1000)),
    ["outages"] = () => OutageStress.RunAsync(Option("times", 10)),
    ["soak"] = () => SoakStress.RunAsync(TimeSpan.FromMinutes(Option("minutes", 10))),
    ["mail-twice"] = () => MailStress.DeliverTwiceAsync(Option("jobs", 10_000)),
    ["mail-outage"] = () => MailStress.OutageAsync(Option("jobs", 500), TimeSpan.FromMinutes(Option("minutes", 10))),
    ["mail-poison"] = () => MailStress.PoisonedRecipientAsync(Option("jobs", 1000), Option("poisoned", 50)),
    ["mail-kills"] = () => MailStress.KillAsync(Option("jobs", 200), Option("kills", 10)),
};

if (args is not ["stress", var name, ..] || !scenarios.TryGetValue(name, out var scenario))
{
    Console.Error.WriteLine($"dotnet run -c Release --project AccountFunctions.Benchmarks -- stress {string.Join('|', scenarios.Keys)} [--option N …]");
    return 2;
}

var holds = await scenario();
Console.WriteLine(holds ? "holds" : "DOES NOT HOLD");
return holds ? 0 : 1;
