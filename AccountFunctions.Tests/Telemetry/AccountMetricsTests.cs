using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Telemetry;
using AccountFunctions.Tests.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Telemetry;

public sealed partial class AccountMetricsTests(AzuriteFixture azurite)
{
    private const string Address = "ada@example.com";

    [Fact, Holds("I8")]
    public async Task Requests_storage_calls_hashes_and_throttles_are_measured()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        using var metrics = Record(app);
        var refresh = (await app.SignInAsync(Address)).GetProperty("refresh").GetString();
        for (var tries = 0; tries < 6; tries++)
        {
            await app.LoginAsync(Address, "wrong tractor 77");
        }

        await app.PostAsync("code", new { username = Address });
        await app.PostAsync("code", new { username = Address });
        var second = (await app.PostAsync("refresh", new { refresh })).Data.GetProperty("refresh").GetString();
        await app.PostAsync("refresh", new { refresh = second });
        await app.PostAsync("refresh", new { refresh });

        Assert.Contains(metrics.Of("accounts.request.duration"), request => request is { Value: > 0 and < 30 }
            && request.Tags["accounts.operation"] is "Login"
                && request.Tags["http.response.status_code"] is 400
                && request.Tags["error.type"] is "invalid_credentials");
        Assert.Contains(
            metrics.Of("accounts.request.duration"), request => request.Tags["accounts.operation"] is "Register"
                && request.Tags["http.response.status_code"] is 201
                && !request.Tags.ContainsKey("error.type"));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync(new Uri("/api/health/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(
            ["email-jobs", "email-jobs-poison", "housekeeping-jobs", "housekeeping-jobs-poison"],
            metrics.Values("accounts.queue.depth", "messaging.destination.name"));
        Assert.Equal(["mail", "sign_in"], metrics.Values("accounts.throttle.refusals", "accounts.throttle.kind"));
        Assert.Single(metrics.Of("accounts.refresh_token.reuses"));
        Assert.Equal(0, metrics.Of("accounts.password_hash.active").Sum(change => change.Value));
        Assert.Equal(7, metrics.Of("accounts.password_hash.duration").Count());
        Assert.Empty(((string[])["Accounts", "Addresses", "Throttles", "email-jobs", "housekeeping-jobs"]).Except(
            metrics.Values("accounts.storage.duration", "accounts.storage.target")));
        Assert.DoesNotContain("other", metrics.Values("accounts.storage.duration", "accounts.storage.target"));
        Assert.Empty(((string[])["200", "201", "202"]).Except(metrics.Values("accounts.storage.duration", "http.response.status_code")));
    }

    [Fact, Holds("I8")]
    public async Task Outcomes_of_mails_and_the_delay_of_their_jobs_are_measured()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), new() { ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00" });
        using var metrics = Record(app);
        await FaultAsync(app, """{"status":500}""");
        await app.RegisterAsync(Address);
        await metrics.WaitForAsync("accounts.mail.outcomes", "accounts.mail.outcome", "failed");
        await metrics.WaitForAsync("accounts.mail.outcomes", "accounts.mail.outcome", "sent");
        await FaultAsync(app, """{"status":429,"retry_after":1}""");
        await app.RegisterAsync("b@example.com");
        await metrics.WaitForAsync("accounts.mail.outcomes", "accounts.mail.reason", "the transport takes no more for the moment");
        await FaultAsync(app, """{"status":400,"message":"recipients.to[0].address is invalid."}""");
        await app.RegisterAsync("c@example.com");
        await metrics.WaitForAsync("accounts.mail.outcomes", "accounts.mail.reason", "there is no such mailbox");
        await app.Queue("email-jobs").SendMessageAsync("no job");
        await metrics.WaitForAsync("accounts.mail.outcomes", "accounts.mail.outcome", "malformed");
        Assert.Equal(["hour", "minute"], metrics.Values("accounts.mail.quota", "accounts.mail.window"));
        Assert.Contains(metrics.Of("accounts.mail.quota"), quota => quota.Value is > 0 and < 0.01);
        await app.Services.GetRequiredService<HousekeepingQueue>().EnqueueAsync(
            new NetworkSweep([], app.Time.GetUtcNow().AddMinutes(-1)), CancellationToken.None);
        await metrics.WaitForAsync("accounts.queue.lag", "messaging.destination.name", "housekeeping-jobs");

        Assert.Empty(((string[])["dropped", "failed", "malformed", "postponed", "sent"]).Except(
            metrics.Values("accounts.mail.outcomes", "accounts.mail.outcome")));
        Assert.Equal(["registration"], metrics.Values("accounts.mail.outcomes", "accounts.mail.kind"));
        Assert.Equal(["email-jobs", "housekeeping-jobs"], metrics.Values("accounts.queue.lag", "messaging.destination.name"));
        Assert.Contains(metrics.Of("accounts.queue.lag"), lag => lag.Value == 60);
    }

    [Fact, Holds("I8")]
    public async Task A_network_that_asks_too_often_and_hashes_that_cannot_wait_are_measured()
    {
        var engine = new HookedEngine();
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(),
            new() { ["Throttle:RequestsPerMinute"] = "12", ["Passwords:MaxConcurrentHashes"] = "1", ["Passwords:MaxWaitingHashes"] = "0" },
            configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        using var metrics = Record(app);

        // A hash takes until another one is refused, however slowly the requests come.
        engine.Before = () => SpinWait.SpinUntil(() => metrics.Of("accounts.password_hash.refusals").Any(), Eventually.Patience);
        var atOnce = await Task.WhenAll(Login(0), Login(1));
        engine.Before = null;
        var others = new List<HttpStatusCode>();
        for (var number = 2; number < 14; number++)
        {
            others.Add((await Login(number)).Status);
        }

        Assert.Equal(
            [HttpStatusCode.BadRequest, HttpStatusCode.ServiceUnavailable], atOnce.Select(answer => answer.Status).Order());
        Assert.Equal(2, others.Count(status => status is HttpStatusCode.TooManyRequests));
        Assert.Equal(2, metrics.Of("accounts.throttle.refusals").Count(refusal => refusal.Tags["accounts.throttle.kind"] is "network"));
        Assert.Single(metrics.Of("accounts.password_hash.refusals"));
        Assert.Contains("503", metrics.Values("accounts.request.duration", "http.response.status_code"));

        Task<Answer> Login(int number) => app.LoginAsync($"a{number}@example.com", TestApp.Password);
    }

    [Fact]
    public async Task A_call_that_storage_never_answered_is_measured_by_its_exception()
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        await using var app = await TestApp.StartAsync(proxy.Storage);
        using var metrics = Record(app);
        proxy.Switch(StorageProxy.Mode.Refusing);
        await app.LoginAsync(Address);

        Assert.Equal(["RequestFailedException"], metrics.Values("accounts.storage.duration", "error.type"));
    }

    [Fact, Holds("I8")]
    public void The_operators_manual_lists_exactly_what_is_measured()
    {
        using var meter = new Meter(AccountMetrics.MeterName);
        using var metrics = new MetricRecorder(candidate => candidate == meter);
        _ = new AccountMetrics(meter);

        var documented = File.ReadLines(Repository.PathTo("docs", "operations.md"))
            .Select(line => Row().Match(line))
            .Where(row => row.Success);
        Assert.Equal(
            metrics.Instruments.Select(
                instrument => $"{instrument.Name} {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} {instrument.Unit}")
                .Order(StringComparer.Ordinal),
            documented.Select(
                row => $"{row.Groups["name"]} {row.Groups["kind"].Value.Replace(" ", "", StringComparison.Ordinal)} {row.Groups["unit"]}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_is_exported_without_a_connection_string()
    {
        Assert.DoesNotContain(
            Services(null), service => service.ServiceType.Assembly.GetName().Name!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
        using var services = Services("InstrumentationKey=11111111-1111-1111-1111-111111111111;IngestionEndpoint=https://127.0.0.1:1/")
            .BuildServiceProvider();
        var provider = services.GetRequiredService<OpenTelemetry.Metrics.MeterProvider>();
        var metrics = services.GetRequiredService<AccountMetrics>();

        Assert.True(metrics.MeasuresStorage);
        Assert.NotNull(provider);
    }

    private static ServiceCollection Services(string? connectionString)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = connectionString,
            ["AZURE_CLIENT_ID"] = "11111111-1111-1111-1111-111111111111",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddTelemetry()
            .AddStorageClients()
            .AddTelemetryExport(configuration);
        return services;
    }

    private static MetricRecorder Record(TestApp app)
    {
        var factory = app.Services.GetRequiredService<IMeterFactory>();
        return new MetricRecorder(meter => meter.Name == AccountMetrics.MeterName && ReferenceEquals(meter.Scope, factory));
    }

    private static async Task FaultAsync(TestApp app, string fault)
    {
        using var content = new StringContent(fault, Encoding.UTF8, "application/json");
        Assert.Equal(
            HttpStatusCode.NoContent, (await app.Client.PostAsync(new Uri("/emulator/faults", UriKind.Relative), content)).StatusCode);
    }

    [GeneratedRegex(@"^\| `(?<name>accounts\.[a-z_.]+)` \| (?<kind>[a-z -]+) \| `(?<unit>[^`]+)` \|")]
    private static partial Regex Row();
}
