using AccountFunctions.Benchmarks.Stress;

var scenarios = new Dictionary<string, Func<Task<bool>>>
{
    ["races"] = () => RaceStress.RunAsync(rounds: int.Parse(Environment.GetEnvironmentVariable("ROUNDS") ?? "50", null)),
    ["mail-twice"] = () => MailStress.DeliverTwiceAsync(jobs: 10_000),
    ["mail-outage"] = () => MailStress.OutageAsync(jobs: 500, TimeSpan.FromMinutes(10)),
    ["mail-poison"] = () => MailStress.PoisonedRecipientAsync(jobs: 1000, poisoned: 50),
    ["mail-kills"] = () => MailStress.KillAsync(jobs: 200, kills: 10),
};

if (args is not ["stress", var name] || !scenarios.TryGetValue(name, out var scenario))
{
    Console.Error.WriteLine($"dotnet run -c Release --project AccountFunctions.Benchmarks -- stress {string.Join('|', scenarios.Keys)}");
    return 2;
}

var holds = await scenario();
Console.WriteLine(holds ? "holds" : "DOES NOT HOLD");
return holds ? 0 : 1;
