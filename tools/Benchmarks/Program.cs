using System.CommandLine;
using System.Globalization;
using Benchmarks.Cold;
using Benchmarks.Load;
using Benchmarks.Micro;
using Benchmarks.Servers;
using LocalHost;

Loopback.BypassProxies();
// Format reports the same on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

var output = new Option<DirectoryInfo>("--output")
{
    Description = "Folder for tables and pictures.",
    HelpName = "DIR",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(ProjectFolder.Root, "docs", "performance")),
};
var seconds = Number("seconds", "Length of one measurement.", 2);
var accounts = Number("accounts", "Adds this many accounts at the end and measures again.", 0);
var simulate = new Option<bool>("--simulate") { Description = "Computes capacity and cost for up to 100 million users instead." };
var load = new Command("load", "Requests: the app, its floors and its peers. Writes load.md and pictures.")
{
    seconds, accounts, simulate, output,
};
load.SetAction(async (arguments, _) =>
{
    if (arguments.GetValue(simulate))
    {
        Simulation.Run();
        return;
    }

    var command = new LoadCommand(TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(accounts));
    await command.RunAsync(arguments.GetRequiredValue(output).FullName);
});

var gate = new Command("gate", "Sign-ins with several numbers of concurrent hashes. APP_CPUS=0 gives the app one core.") { seconds };
gate.SetAction((arguments, _) => new GateCommand(TimeSpan.FromSeconds(arguments.GetValue(seconds))).RunAsync());

var starts = Number("starts", "Starts of each kind.", 10);
var cold = new Command("cold", "Starts: the app beside MinimalWorker, as built and as published with ReadyToRun. Writes cold.md.")
{
    starts, output,
};
cold.SetAction((arguments, _) => ColdCommand.RunAsync(arguments.GetValue(starts), arguments.GetRequiredValue(output).FullName));

var micro = new Command("micro", "The building blocks of requests. Takes the options of BenchmarkDotNet.")
{
    TreatUnmatchedTokensAsErrors = false,
};
micro.SetAction(arguments => Parts.Run([.. arguments.UnmatchedTokens]));

var port = new Argument<int>("port");
var identity = new Command("identity", "Serves ASP.NET Core Identity, for the command load.") { port };
identity.Hidden = true;
identity.SetAction((arguments, _) => IdentityServer.RunAsync(arguments.GetValue(port)));

return await new RootCommand("Measures the cost of requests, starts and building blocks.") { load, gate, cold, micro, identity }
    .Parse(args).InvokeAsync();

static Option<int> Number(string name, string description, int value) =>
    new($"--{name}") { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
