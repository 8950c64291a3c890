using System.Globalization;
using AccountFunctions.Benchmarks.Load;
using AccountFunctions.Benchmarks.Micro;
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

switch (args)
{
    case ["serve", var server, var port]:
        return await Servers.RunAsync(server, int.Parse(port, CultureInfo.InvariantCulture));
    case ["load", "--simulate"]:
        Simulation.Run();
        return 0;
    case ["load", ..]:
        return await new LoadCommand(TimeSpan.FromSeconds(Option("seconds", 2)), Option("accounts", 0)).RunAsync(Path.Combine("docs", "performance"));
    case ["cold", ..]:
        return await ColdCommand.RunAsync(Option("starts", 10), Path.Combine("docs", "performance"));
    case ["micro", .. var rest]:
        Parts.Run(rest);
        return 0;
}

if (args is not ["stress", var name, ..] || !scenarios.TryGetValue(name, out var scenario))
{
    Console.Error.WriteLine($"""
        dotnet run -c Release --project AccountFunctions.Benchmarks -- …
          load [--seconds N] [--accounts N]     the app beside its floors and ASP.NET Core Identity; writes docs/performance/load.md and pictures
          load --simulate                       capacity and money for 10 thousand, 1 and 100 million monthly users
          cold [--starts N]                     start to first answer beside a minimal app, plain and ReadyToRun; writes docs/performance/cold.md
          micro                                 the parts that requests are made of
          stress NAME [--option N …]            {string.Join(' ', scenarios.Keys)}
        """);
    return 2;
}

var holds = await scenario();
Console.WriteLine(holds ? "holds" : "DOES NOT HOLD");
return holds ? 0 : 1;
