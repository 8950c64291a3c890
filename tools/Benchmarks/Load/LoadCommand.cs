using AccountFunctions.Functions;
using AccountFunctions.Storage;
using Azure.Storage.Queues;
using Benchmarks.Servers;
using LocalHost.Storage;
using Microsoft.AspNetCore.Identity;

namespace Benchmarks.Load;

/// <summary>
/// Measures the app under the local host, its floors, MinimalWorker under the same host, and its peers, in one run on one machine. As on
/// Flex Consumption, the queue functions run on a separate instance, here only while mails are needed.
/// </summary>
/// <param name="duration">The length of one measurement.</param>
/// <param name="accounts">How many accounts to add before measuring again; 0: do not.</param>
public sealed class LoadCommand(TimeSpan duration, int accounts)
{
    private const int Burst = 200;

    // Azurite reads every row of a table for each query, so the tables must stay small.
    private const int MostNewAddresses = 200;
    private const int MostActivations = 60;
    private const int Activations = (Series.Rounds + 1) * MostActivations;
    private const int Unlimited = int.MaxValue;
    private readonly LoadReport report = new();

    /// <param name="folder">The folder for load.md and the pictures.</param>
    public async Task RunAsync(string folder)
    {
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
        await using var sink = await MailSink.StartAsync();
        var storage = azurite.ConnectionString();
        var settings = Settings(storage, sink);
        using var app = await Server.StartAppAsync(RequestsOnly(settings));
        using var minimal = await Server.StartAppAsync(Without(settings, "Work"), Server.MinimalWorkerOutput);
        using var identity = await Server.StartIdentityAsync();
        using var betterAuth = await Server.StartBetterAuthAsync();
        var floors = new Floors(storage, People.Count);
        await floors.PrepareAsync(Activations);
        var people = await SignUpAsync(settings, app, identity, betterAuth, sink);

        var meter = new Meter(azurite.ProcessId);
        var outbox = new QueueServiceClient(storage).GetQueueClient(QueueNames.EmailJobs);
        var series = new Series(meter, report, duration, () => Task.WhenAll(outbox.ClearMessagesAsync(), floors.ForgetQueueAsync()));
        await MeasureHashesAsync(series, floors, betterAuth);
        await MeasureReadsAsync(series, floors, people, app, minimal, identity, betterAuth);
        await MeasureWritesAsync(series, floors, people, app, identity);
        report.App = await People.BurstAsync(app, Burst);
        report.Identity = await People.BurstIdentityAsync(identity, Burst);
        report.QueueLag = await QueueLag.MeasureAsync(settings, app, sink);
        report.Scale = accounts > 0 ? await new Scale(storage, app, people, meter, duration).MeasureAsync(accounts) : null;
        report.Write(folder);
    }

    private static Task MeasureHashesAsync(Series series, Floors floors, Server betterAuth)
    {
        var (identity, user) = (new PasswordHasher<IdentityUser>(), new IdentityUser());
        List<Contender> contenders =
        [
            new("app", floors.HashAsync),
            new("Identity", _ => Task.Run(() => identity.HashPassword(user, "blue tractor 77"))),
            new("better-auth", _ => betterAuth.GetAsync("/hash"), betterAuth),
        ];
        if (LibArgon2.IsInstalled)
        {
            contenders.Insert(0, new("libargon2", _ => Task.Run(LibArgon2.Hash)));
        }

        return series.MeasureAsync("hash", Unlimited, [.. contenders]);
    }

    private static async Task MeasureReadsAsync(
        Series series, Floors floors, People people, Server app, Server minimal, Server identity, Server betterAuth)
    {
        await series.MeasureAsync(
            "hello",
            Unlimited,
            new("MinimalWorker", _ => minimal.GetAsync("/api/hello"), minimal),
            new("app", _ => app.GetAsync("/api/health/live"), app));
        await series.MeasureAsync(
            "login",
            Unlimited,
            new("hash alone", floors.HashAsync),
            new("raw", floors.LoginAsync),
            new("app", number => People.LoginAsync(app, number, people.Own(number).Device), app),
            new("Identity", number => People.LoginIdentityAsync(identity, number), identity),
            new("better-auth", number => People.LoginBetterAuthAsync(betterAuth, number), betterAuth));
        await series.MeasureAsync(
            "details",
            Unlimited,
            new("raw", floors.DetailsAsync),
            new("MinimalWorker", number => minimal.GetAsync($"/api/rows/{floors.AccountId(number)}"), minimal),
            new("app", number => app.GetAsync("/api/account/details", people.Own(number).Access), app),
            new("Identity", number => identity.GetAsync("/manage/info", people.Peer(number).Access), identity),
            new("better-auth", number => betterAuth.GetAsync("/api/auth/get-session", people.OtherPeer(number)), betterAuth));
    }

    private static async Task MeasureWritesAsync(Series series, Floors floors, People people, Server app, Server identity)
    {
        await series.MeasureAsync(
            "refresh",
            Unlimited,
            new("raw", floors.RefreshAsync),
            new("app", number => people.Own(number).RefreshAsync(app), app),
            new("Identity", number => identity.PostAsync("/refresh", new { refreshToken = people.Peer(number).Refresh }), identity));
        await series.MeasureAsync(
            "code",
            MostNewAddresses,
            new("raw", floors.CodeAsync),
            new("app", number => app.PostAsync("/api/account/code", new { username = $"c{number}@example.com" }), app));
        await series.MeasureAsync(
            "register",
            MostNewAddresses,
            new("raw", floors.RegisterAsync),
            new("app", number => People.RegisterAsync(app, $"r{number}@example.com"), app),
            new("Identity", number => People.RegisterIdentityAsync(identity, $"r{number}@example.com"), identity));
        var activated = 0;
        await series.MeasureOneAsync(
            "activate",
            concurrency: 1,
            MostActivations,
            new("raw", _ => floors.ActivateAsync(activated++)),
            new("app", _ => people.ActivateNextAsync(app), app));
    }

    private static async Task<People> SignUpAsync(
        Dictionary<string, string> settings, Server app, Server identity, Server betterAuth, MailSink sink)
    {
        using var mailer = await Server.StartAppAsync(settings);
        return await People.SignUpAsync(app, identity, betterAuth, sink, Activations);
    }

    /// <summary>The settings remove limits and log lines, because the peers have none.</summary>
    internal static Dictionary<string, string> Settings(string storage, MailSink sink) => new()
    {
        ["AzureWebJobsStorage"] = storage,
        ["CommunicationServices"] = sink.ConnectionString,
        ["Logging__LogLevel__Default"] = "Warning",
        ["Email__PerMinute"] = "10000000",
        ["Email__PerHour"] = "100000000",
        ["Throttle__RequestsPerMinute"] = "1000000",
        ["Throttle__ResendCooldown"] = "00:00:00",
        ["Throttle__MailsPerHour"] = "1000",
        ["Throttle__MailsPerDay"] = "50",
        ["Passwords__MaxWaitingHashes"] = "1000",
    };

    /// <summary>The settings of an instance without the queue functions.</summary>
    internal static Dictionary<string, string> RequestsOnly(Dictionary<string, string> settings) =>
        Without(settings, nameof(EmailJobs.SendEmail), nameof(HousekeepingJobs.KeepHouse));

    private static Dictionary<string, string> Without(Dictionary<string, string> settings, params string[] functions) =>
        new([.. settings, .. functions.Select(function => KeyValuePair.Create($"AzureWebJobs.{function}.Disabled", "true"))]);
}
