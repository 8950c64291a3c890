using System.Diagnostics;
using System.Net;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Storage.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Lifecycle;

/// <summary>Jobs that stop, or meet another, at each of their calls to storage.</summary>
public sealed class JobCrashTests(AzuriteFixture azurite)
{
    private static readonly Dictionary<string, string?> QuickHashes = new()
    {
        ["AzureWebJobs.KeepHouse.Disabled"] = "true",
        ["Passwords:MemoryKiB"] = "1024",
        ["Passwords:Iterations"] = "1",
    };

    [Fact, Holds("A1", "G2", "I4")]
    public async Task Wherever_a_purge_stops_its_account_is_gone_and_whoever_asks_for_the_address_gets_a_mail()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        await using var app = await ImpatientApp.StartAsync(proxy.Storage, settings: QuickHashes);
        await app.ActivateAsync("bob@example.com");
        var purger = app.Services.GetRequiredService<AccountPurger>();
        var isStruck = true;
        for (var call = 0; isStruck; call++)
        {
            var address = $"user{call}@example.com";
            var login = await app.SignInAsync(address);
            var id = await IdAsync(app, address);
            await app.PostAsync("delete", new { password = TestApp.Password }, login.GetProperty("access").GetString());
            await app.WaitForMailsAsync(address, 2);
            app.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1));
            var job = new AccountPurge(id, app.Time.GetUtcNow());
            await purger.HandleAsync(job, default);
            app.Time.Advance(TimeSpan.FromMinutes(1));
            isStruck = await StopAsync(proxy, call, () => purger.HandleAsync(job, default));
            var bob = (await app.LoginAsync("bob@example.com")).Data.GetProperty("access").GetString();
            Assert.Equal("invalid_credentials", (await app.LoginAsync(address)).Message);
            Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync(address, "green tractor 78")).Status);
            app.Time.Advance(TimeSpan.FromMinutes(2));
            Assert.Equal(
                HttpStatusCode.OK, (await app.PostAsync("email", new { password = TestApp.Password, username = address }, bob)).Status);
            if (isStruck)
            {
                await purger.HandleAsync(job, default);
            }

            var mails = await app.WaitForMailsAsync(address, 4);
            var codes = mails.Skip(2).Select(mail => mail.Subject.Split(' ')[0]).ToList();
            Assert.All(codes, code => Assert.Matches("^[0-9]{6}$", code));
            var statuses = new List<HttpStatusCode>();
            foreach (var code in codes)
            {
                statuses.Add((await app.PostAsync("activate", new { username = address, code })).Status);
            }

            Assert.Contains(HttpStatusCode.OK, statuses);
            Assert.DoesNotContain(await app.RowsAsync("Accounts"), row => row.PartitionKey == id);
            Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(address, "green tractor 78")).Status);
        }
    }

    [Fact, Holds("G2")]
    public async Task Wherever_a_purge_meets_a_move_that_was_left_half_way_no_claim_remains()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        await using var app = await ImpatientApp.StartAsync(proxy.Storage, settings: QuickHashes);
        var (purger, moves) = (app.Services.GetRequiredService<AccountPurger>(), app.Services.GetRequiredService<AddressMoves>());
        var deletions = app.Services.GetRequiredService<DeletionStore>();
        var hasMet = true;
        for (var call = 0; hasMet; call++)
        {
            var (address, next) = ($"user{call}@example.com", $"new{call}@example.com");
            var (id, token) = await LeaveMoveAsync(app, proxy, address, next);
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("delete", new { password = TestApp.Password }, token)).Status);
            app.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1));
            var (job, move) = (new AccountPurge(id, app.Time.GetUtcNow()), new AddressMove(id, app.Time.GetUtcNow()));
            hasMet = false;
            using (var activity = new Activity("purge").Start())
            {
                var (isOfPurge, count) = (CallsOf(activity), -1);
                proxy.Before = async request =>
                {
                    if (isOfPurge(request) && Interlocked.Increment(ref count) == call)
                    {
                        hasMet = true;
                        using var other = new Activity("move").SetParentId(ActivityTraceId.CreateRandom(), default).Start();
                        await moves.HandleAsync(move, default);
                    }
                };
                await purger.HandleAsync(job, default);
                app.Time.Advance(TimeSpan.FromMinutes(1));
                await purger.HandleAsync(job, default);
                proxy.Before = _ => Task.CompletedTask;
            }

            Assert.DoesNotContain(await app.RowsAsync("Accounts"), row => row.PartitionKey == id);
            Assert.DoesNotContain(await app.RowsAsync("Addresses"), row => row.GetString("AccountId") == id);

            // No housekeeper runs here, so the purge would find every job of the rounds before to be lost.
            foreach (var pending in await deletions.ListPendingAsync(DateTimeOffset.MaxValue, default))
            {
                await deletions.RemovePendingAsync(pending, default);
            }
        }
    }

    [Fact, Holds("G2")]
    public async Task Wherever_a_job_of_a_move_stops_its_next_delivery_finishes_it()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        await using var app = await ImpatientApp.StartAsync(proxy.Storage, settings: QuickHashes);
        var (moves, releases) = (app.Services.GetRequiredService<AddressMoves>(), app.Services.GetRequiredService<AddressReleases>());
        var isStruck = true;
        for (var call = 0; isStruck; call++)
        {
            var (address, next) = ($"user{call}@example.com", $"new{call}@example.com");
            var (id, _) = await LeaveMoveAsync(app, proxy, address, next);
            isStruck = await StopAsync(proxy, call, () => moves.HandleAsync(new AddressMove(id, app.Time.GetUtcNow()), default));
            await moves.HandleAsync(new AddressMove(id, app.Time.GetUtcNow()), default);
            Assert.Equal(new[] { EmailAddress.KeyOf(address), EmailAddress.KeyOf(next) }.Order(), await ClaimsAsync(app, id));
            Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(next)).Status);

            app.Time.Advance(TimeSpan.FromHours(72));
            var release = new AddressRelease(id, EmailAddress.KeyOf(address), app.Time.GetUtcNow());
            isStruck |= await StopAsync(proxy, call, () => releases.HandleAsync(release, default));
            await releases.HandleAsync(release, default);
            Assert.Equal([EmailAddress.KeyOf(next)], await ClaimsAsync(app, id));
        }
    }

    /// <summary>Redeems the code of a change of address in a request that ends before it claims the address.</summary>
    private static async Task<(string Id, string Token)> LeaveMoveAsync(TestApp app, FaultProxy proxy, string address, string next)
    {
        var token = (await app.SignInAsync(address)).GetProperty("access").GetString()!;
        var id = await IdAsync(app, address);
        await app.PostAsync("email", new { password = TestApp.Password, username = next }, token);
        var code = await app.NextCodeAsync(next);
        proxy.Strike(StorageFault.Lost, 0, 9, request => request.Path.Value!.Contains("Addresses", StringComparison.Ordinal));
        await app.PostAsync("email/confirm", new { code }, token);
        proxy.Strike(StorageFault.Lost, 0, 0);
        Assert.Contains(
            await app.RowsAsync("Accounts"), row => row.PartitionKey == id && row.GetDateTimeOffset("Redeemed") is not null);
        return (id, token);
    }

    /// <summary>Runs a job and breaks the storage call with this number. False: the job makes fewer calls.</summary>
    private static async Task<bool> StopAsync(FaultProxy proxy, int call, Func<Task> job)
    {
        using var activity = new Activity("job").SetParentId(ActivityTraceId.CreateRandom(), default).Start();
        proxy.Strike(StorageFault.Lost, call, 2, CallsOf(activity));
        Assert.True(await Record.ExceptionAsync(job) is null || proxy.Struck);
        var isStruck = proxy.Struck;
        proxy.Strike(StorageFault.Lost, 0, 0);
        return isStruck;
    }

    private static Func<HttpRequest, bool> CallsOf(Activity activity)
    {
        var trace = activity.TraceId.ToHexString();
        return request => request.Headers.TraceParent.ToString().Contains(trace, StringComparison.Ordinal);
    }

    private static async Task<string> IdAsync(TestApp app, string address) => (await app.RowsAsync("Addresses"))
        .Single(row => row.PartitionKey == EmailAddress.KeyOf(address) && row.RowKey == "account").GetString("AccountId");

    private static async Task<IEnumerable<string>> ClaimsAsync(TestApp app, string id) =>
        (await app.RowsAsync("Addresses")).Where(row => row.GetString("AccountId") == id).Select(row => row.PartitionKey).Order();
}
