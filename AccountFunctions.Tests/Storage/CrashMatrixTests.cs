using System.Diagnostics;
using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>
/// Every call that an operation makes to storage goes wrong in every way. The answer is the usual one or 503; after that the client tries
/// again and comes to the end of its flow, with one account, one password and no mail too many.
/// </summary>
public abstract class CrashMatrixTests(AzuriteFixture azurite) : IAsyncLifetime
{
    protected const string NewPassword = "green tractor 78";

    // A fault that strikes once is hidden by the storage client's retry; one that strikes twice fails the operation. These four meet
    // every path; STRESS=1 tries all.
    private static readonly (StorageFault Fault, int Times)[] Faults = Environment.GetEnvironmentVariable("STRESS") is null
        ? [(StorageFault.AnswerLost, 1), (StorageFault.BusyAfterwards, 2), (StorageFault.Lost, 2), (StorageFault.Twice, 1)]
        : [.. Enum.GetValues<StorageFault>().Where(fault => fault is not StorageFault.Late).SelectMany(
            fault => new[] { (fault, 1), (fault, 2) })];

    private FaultProxy? proxy;
    private TestApp? app;
    private int cases;

    protected virtual Dictionary<string, string?> Settings => [];

    /// <summary>How many accounts the cases share.</summary>
    protected virtual int OtherAccounts => 0;

    protected FaultProxy Proxy => proxy ?? throw new InvalidOperationException("The proxy has not started.");

    protected TestApp App => app ?? throw new InvalidOperationException("The app has not started.");

    public async ValueTask InitializeAsync()
    {
        proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        app = await TestApp.StartAsync(proxy.Storage, new(Settings)
        {
            ["Passwords:MemoryKiB"] = "1024",
            ["Passwords:Iterations"] = "1",
            ["Throttle:ResendCooldown"] = "00:00:00",
            ["Throttle:MailsPerHour"] = "1000",
            ["Throttle:MailsPerDay"] = "50",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task RunAsync(
        Func<string, Task<string>> prepare,
        Func<string, string, Task<Answer>> operate,
        HttpStatusCode success,
        Func<string, string, Answer, Task> recover,
        bool leavesAccounts = false)
    {
        foreach (var (fault, times) in Faults)
        {
            for (var call = 0; ; call++)
            {
                var address = $"user{cases++}@example.com";
                var state = await prepare(address);
                Answer answer;
                using (var activity = new Activity("case").Start())
                {
                    var trace = activity.TraceId.ToHexString();
                    Proxy.Strike(
                        fault, call, times, request => request.Headers.TraceParent.ToString().Contains(trace, StringComparison.Ordinal));
                    answer = await operate(address, state);
                }

                var name = $"{fault} {times}× at call {call}";
                Assert.True(
                    answer.Status == success || (answer.Status is HttpStatusCode.ServiceUnavailable && answer.Message == "unavailable"),
                    $"{name}: {answer.Text}");
                var struck = Proxy.Struck;
                Proxy.Strike(fault, 0, 0);
                try
                {
                    await recover(address, state, answer);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(name, e);
                }

                if (!struck)
                {
                    Assert.True(call > 0, "No call was met.");
                    break;
                }
            }
        }

        var claims = (await App.RowsAsync("Addresses"))
            .Where(row => row.RowKey == "account")
            .Select(row => row.GetString("AccountId"))

            // The address before a change stays claimed for a while.
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        var accounts = (await App.RowsAsync("Accounts"))
            .Where(row => row.RowKey == "account")
            .Select(row => row.PartitionKey)
            .Order(StringComparer.Ordinal);
        Assert.Equal(cases + OtherAccounts, claims.Count);
        Assert.Equal(claims, leavesAccounts ? accounts.Intersect(claims) : accounts);
    }

    protected async Task AssertPasswordAsync(string address, string password) =>
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(address, password)).Status);
}
