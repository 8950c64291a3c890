using System.CommandLine;
using LocalHost;
using Stress;

Loopback.BypassProxies();
return await new RootCommand("Tries to break the app's promises. Each scenario starts a storage, a mail service and the app.")
{
    Scenario("races", "64 requests at once, on one and on two instances.", [("rounds", 50)], options => RaceStress.RunAsync(options[0])),
    Scenario(
        "kills",
        "People sign up and use every way in while host and app are killed under them.",
        [("flows", 300), ("kills", 30)],
        options => KillStress.RunAsync(options[0], options[1])),
    Scenario(
        "hostile",
        "Requests that no honest client sends. --only sends one of them again.",
        [("count", 1_000_000), ("seed", Environment.TickCount), ("only", -1)],
        options => HostileStress.RunAsync(options[0], options[1], options[2])),
    Scenario(
        "passkeys",
        "Answers of authenticators with changed bytes.",
        [("count", 1_000_000), ("seed", Environment.TickCount)],
        options => PasskeyStress.RunAsync(options[0], options[1])),
    Scenario("timing", "Known addresses against unknown ones.", [("pairs", 1000)], options => TimingStress.RunAsync(options[0])),
    Scenario(
        "flood",
        "Strangers fail at one address; its owner signs in. Then strangers fail at many.",
        [("callers", 64), ("sign-ins", 50)],
        async options => await FloodStress.RunAsync(options[0], options[1]) & await CrowdStress.RunAsync(2 * options[0])),
    Scenario(
        "import",
        "Users are imported while the import is killed.",
        [("users", 10_000), ("kills", 2)],
        options => ImportStress.RunAsync(options[0], options[1])),
    Scenario("outages", "Tables, queues and mail fail and recover.", [("times", 10)], options => OutageStress.RunAsync(options[0])),
    Scenario(
        "soak",
        "A long time at four fifths of the limit.",
        [("minutes", 10), ("people", 200)],
        options => SoakStress.RunAsync(TimeSpan.FromMinutes(options[0]), options[1])),
    Scenario("mail-twice", "Every mail job is delivered twice.", [("jobs", 10_000)], options => MailStress.DeliverTwiceAsync(options[0])),
    Scenario(
        "mail-outage",
        "The mail service is unavailable.",
        [("jobs", 500), ("minutes", 10)],
        options => MailStress.OutageAsync(options[0], TimeSpan.FromMinutes(options[1]))),
    Scenario(
        "mail-poison",
        "Mails that cannot be sent, among others.",
        [("jobs", 1000), ("poisoned", 50)],
        options => MailStress.PoisonedRecipientAsync(options[0], options[1])),
    Scenario(
        "mail-kills",
        "Host and app are killed while they send mails.",
        [("jobs", 200), ("kills", 10)],
        options => MailStress.KillAsync(options[0], options[1])),
}.Parse(args).InvokeAsync();

static Command Scenario(string name, string description, (string Name, int Default)[] numbers, Func<int[], Task<bool>> run)
{
    var options = Array.ConvertAll(
        numbers, number => new Option<int>($"--{number.Name}") { HelpName = "N", DefaultValueFactory = _ => number.Default });
    var command = new Command(name, description);
    Array.ForEach(options, command.Add);
    command.SetAction(async (arguments, _) =>
    {
        var holds = await run(Array.ConvertAll(options, arguments.GetValue));
        Console.WriteLine(holds ? "holds" : "DOES NOT HOLD");
        return holds ? 0 : 1;
    });
    return command;
}
