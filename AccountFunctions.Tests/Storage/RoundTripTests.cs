using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using Azure.Core.Diagnostics;

namespace AccountFunctions.Tests.Storage;

/// <summary>
/// How many requests each operation makes to storage: those that the design allows, and the same ones for known and unknown addresses.
/// </summary>
[SharedApp]
public sealed class RoundTripTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string Address { get; } = NewAddress();

    [Fact]
    public async Task Register_reads_once_enqueues_once_and_commits_once()
    {
        await WarmUpAsync();

        Assert.Equal(["GET Addresses", "POST email-jobs", "POST $batch"], await CountAsync(() => App.RegisterAsync(Address)));
    }

    [Fact]
    public async Task Activate_reads_once_and_writes_twice()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);

        Assert.Equal(
            ["GET Addresses", "POST $batch", "POST $batch"],
            await CountAsync(() => App.PostAsync("activate", new { username = Address, code })));
    }

    [Fact]
    public async Task Login_reads_twice_and_the_sessions_beside_the_hash_and_writes_once()
    {
        await App.ActivateAsync(Address);
        await WarmUpAsync();

        Assert.Equal(["GET Addresses", "GET Accounts", "GET Accounts", "POST $batch"], await CountAsync(() => App.LoginAsync(Address)));
    }

    [Fact]
    public async Task Refresh_reads_two_rows_beside_each_other_and_writes_once()
    {
        var refresh = (await App.SignInAsync(Address)).GetProperty("refresh").GetString();
        await WarmUpAsync();

        Assert.Equal(["GET Accounts", "GET Accounts", "PUT Accounts"], await CountAsync(() => App.PostAsync("refresh", new { refresh })));
    }

    [Fact]
    public async Task Code_reads_once_enqueues_once_and_commits_once()
    {
        await WarmUpAsync();

        Assert.Equal(
            ["GET Addresses", "POST email-jobs", "POST $batch"], await CountAsync(() => App.PostAsync("code", new { username = Address })));
    }

    [Fact]
    public async Task Details_read_once()
    {
        var token = (await App.SignInAsync(Address)).GetProperty("access").GetString();

        Assert.Equal(["GET Accounts"], await CountAsync(() => App.GetAsync("details", token)));
    }

    [Theory, Holds("A2", "S6")]
    [InlineData("register")]
    [InlineData("code")]
    [InlineData("login")]
    [InlineData("activate")]
    [InlineData("forgot")]
    public async Task Known_and_unknown_addresses_cost_the_same_requests_in_the_same_order(string operation)
    {
        await App.ActivateAsync(Address);
        await WarmUpAsync();
        Task<Answer> Ask(string username) => App.PostAsync(operation, new
        {
            username,
            password = "a wrong password",
            password1 = TestApp.Password,
            password2 = TestApp.Password,
            code = "000000",
            new_password = "green tractor 78",
        });

        Assert.Equal(await CountAsync(() => Ask(NewAddress())), await CountAsync(() => Ask(Address)));
    }

    // The network's block of requests for the minute is reserved.
    private Task<Answer> WarmUpAsync() => App.PostAsync("activate", new { });

    // Only what happens under the trace of the call is the operation's: the queue listener and the mail that follows have their own.
    private static async Task<List<string>> CountAsync(Func<Task<Answer>> operation)
    {
        using var activity = new Activity("operation").Start();
        var requests = new ConcurrentQueue<string>();
        using (var listener = new AzureEventSourceListener(
            (arguments, _) =>
            {
                if (arguments is { EventName: "Request", Payload: { } payload } && Activity.Current?.TraceId == activity.TraceId)
                {
                    requests.Enqueue($"{payload[1]} {new Uri((string)payload[2]!).AbsolutePath.Split('/')[2].Split('(')[0]}");
                }
            },
            EventLevel.Informational))
        {
            await operation();
        }

        return [.. requests];
    }
}
