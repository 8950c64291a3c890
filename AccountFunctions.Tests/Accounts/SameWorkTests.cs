using System.Net;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Right and wrong callers, known and unknown addresses cost the same.</summary>
public sealed class SameWorkTests(AzuriteFixture azurite)
{
    [Fact, Holds("A2", "S6")]
    public async Task Login_and_register_cost_exactly_one_argon2_run_for_every_address()
    {
        var engine = new CountingEngine();
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        await app.ActivateAsync("active@example.com");
        await app.RegisterAsync("pending@example.com");

        foreach (var name in new[] { "active", "pending", "unknown" })
        {
            Assert.Equal(1, await CountAsync(() => app.LoginAsync($"{name}@example.com", "a wrong password")));
            Assert.Equal(1, await CountAsync(() => app.LoginAsync($"{name}@example.com")));
        }

        app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await CountAsync(() => app.RegisterAsync("active@example.com")));
        Assert.Equal(1, await CountAsync(() => app.RegisterAsync("fresh@example.com")));
        Assert.Equal(0, await CountAsync(() => app.LoginAsync("active@example.com", new string('x', 257))));

        async Task<int> CountAsync(Func<Task<Answer>> call)
        {
            var before = engine.Runs;
            await call();
            return engine.Runs - before;
        }
    }

    [Fact, Holds("D8")]
    public async Task Two_hundred_logins_at_once_are_answered_or_refused_and_never_hash_more_than_the_gate_allows()
    {
        var engine = new CountingEngine();

        // Cheaper hashes: even a busy machine comes to the fifty that wait before their requests' time is up.
        var settings = new Dictionary<string, string?>
        {
            ["Passwords:MaxConcurrentHashes"] = "2",
            ["Passwords:MaxWaitingHashes"] = "50",
            ["Passwords:MemoryKiB"] = "8192",
            ["Passwords:Iterations"] = "1",
        };
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), settings, configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => app.LoginAsync($"user{i}@example.com")));

        Assert.Equal(2, engine.Most);
        Assert.InRange(answers.Count(answer => answer.Status is HttpStatusCode.BadRequest), 52, 200);
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.BadRequest), answer =>
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "unavailable", "1"), (answer.Status, answer.Message, answer.Headers["Retry-After"])));
    }

    [Fact, Holds("D8")]
    public async Task While_the_gate_is_full_sign_ins_and_registrations_are_refused_before_they_wait_for_storage()
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        var engine = new HookedEngine();
        await using var app = await StartAsync(proxy.Storage, maxWaiting: 1, engine);
        using var open = new ManualResetEventSlim();
        engine.Before = () => open.Wait(Eventually.Patience);
        var waiting = Task.WhenAll(app.LoginAsync("ada@example.com"), app.LoginAsync("bob@example.com"));
        var credentials = app.Services.GetRequiredService<Credentials>();
        await Eventually.TrueAsync(
            () =>
            {
                using var place = credentials.NewPlace();
                return Record.Exception(place.Arrive) is UnavailableException;
            },
            () => "The gate is not full.");
        proxy.Switch(StorageProxy.Mode.Hanging);

        // As long as storage hangs, every read goes unanswered.
        foreach (var call in new[] { app.LoginAsync("eve@example.com"), app.RegisterAsync("eve@example.com") })
        {
            Assert.Equal("unavailable", (await call.WaitAsync(Eventually.Patience / 4)).Message);
        }

        proxy.Switch(StorageProxy.Mode.Open);
        open.Set();
        Assert.All(await waiting, answer => Assert.Equal("invalid_credentials", answer.Message));
    }

    [Fact, Holds("D8")]
    public async Task A_sign_in_keeps_its_place_while_it_waits_for_storage_so_that_a_crowd_is_refused_at_once()
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        var engine = new HookedEngine();
        await using var app = await StartAsync(proxy.Storage, maxWaiting: 0, engine);
        using var hashed = new ManualResetEventSlim();
        engine.Before = () =>
        {
            // What follows the hash waits for storage.
            proxy.Switch(StorageProxy.Mode.Hanging);
            engine.Before = null;
            hashed.Set();
        };
        var waiting = app.LoginAsync("ada@example.com");
        Assert.True(hashed.Wait(Eventually.Patience));
        await Eventually.TrueAsync(() => engine.Ended == 1, () => "The hash never ends.");

        foreach (var call in new[] { app.LoginAsync("eve@example.com"), app.RegisterAsync("eve@example.com") })
        {
            Assert.Equal("unavailable", (await call.WaitAsync(Eventually.Patience / 4)).Message);
        }

        Assert.False(waiting.IsCompleted);
        proxy.Switch(StorageProxy.Mode.Open);
        Assert.Equal("invalid_credentials", (await waiting).Message);
        Assert.Equal("invalid_credentials", (await app.LoginAsync("eve@example.com")).Message);
        Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync("eve@example.com")).Status);
    }

    [Fact, Holds("D8", "C7")]
    public async Task Strangers_whom_the_throttle_refuses_take_no_place_whatever_device_they_claim()
    {
        await using var app = await StartAsync(azurite.NewStorage(), maxWaiting: 7);
        for (var tries = 0; tries < 5; tries++)
        {
            await app.LoginAsync("eve@example.com", "a wrong tractor 1");
        }

        var places = Enumerable.Range(0, 7).Select(_ => app.Services.GetRequiredService<Credentials>().NewPlace()).ToList();
        places.ForEach(place => place.Take());
        var device = Convert.ToBase64String(new byte[32]).TrimEnd('=');
        var refused = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            number => app.PostAsync(
                "login", new { username = "eve@example.com", password = TestApp.Password, device = number % 2 == 0 ? device : null })));
        places.ForEach(place => place.Dispose());

        Assert.All(refused, answer => Assert.Equal("throttled", answer.Message));
    }

    [Fact, Holds("C3", "D8")]
    public async Task A_network_that_has_used_up_its_limit_is_told_so_even_when_the_gate_is_full()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(),
            new()
            {
                ["Passwords:MaxConcurrentHashes"] = "1",
                ["Passwords:MaxWaitingHashes"] = "0",
                ["Throttle:RequestsPerMinute"] = "12",
            });
        for (var calls = 0; calls < 13; calls++)
        {
            await app.PostAsync("refresh", new { refresh = "none" });
        }

        using var place = app.Services.GetRequiredService<Credentials>().NewPlace();
        place.Take();
        Assert.Equal("throttled", (await app.LoginAsync("eve@example.com")).Message);
        Assert.Equal("throttled", (await app.RegisterAsync("eve@example.com")).Message);
    }

    [Fact, Holds("D8")]
    public async Task Each_operation_that_strangers_can_call_in_crowds_has_a_place_while_it_hashes_and_gives_it_back()
    {
        var engine = new HookedEngine();
        await using var app = await StartAsync(azurite.NewStorage(), maxWaiting: 0, engine);
        var access = (await app.SignInAsync("ada@example.com")).GetProperty("access").GetString();
        var free = new List<bool>();
        engine.Before = () => free.Add(IsFree());
        foreach (var callAsync in new Func<Task<Answer>>[]
        {
            () => app.LoginAsync("ada@example.com"),
            () => app.LoginAsync("ada@example.com", "a wrong tractor 1"),
            () => app.RegisterAsync("eve@example.com"),
            () => app.PostAsync("restore", new { username = "bob@example.com", password = TestApp.Password }),
            () => app.PostAsync("password", new { password = "a wrong tractor 1", new_password = "green tractor 78" }, access),
            () => app.PostAsync("email", new { password = TestApp.Password, username = "new@example.com" }, access),
        })
        {
            free.Clear();
            await callAsync();
            Assert.Equal([false], free);
            Assert.True(IsFree());
        }

        bool IsFree()
        {
            using var place = app.Services.GetRequiredService<Credentials>().NewPlace();
            return Record.Exception(place.Take) is null;
        }
    }

    [Fact, Holds("D8")]
    public async Task Reads_before_a_place_is_taken_are_bounded_too()
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        await using var app = await StartAsync(proxy.Storage, maxWaiting: 0);
        proxy.Switch(StorageProxy.Mode.Hanging);
        var calls = Enumerable.Range(0, 16).Select(number => app.LoginAsync($"u{number}@example.com")).ToList();
        await Eventually.TrueAsync(() => calls.Count(call => call.IsCompleted) >= 14, () => "The crowd is not refused.");

        Assert.Equal(14, calls.Count(call => call.IsCompleted));
        proxy.Switch(StorageProxy.Mode.Open);
        Assert.InRange((await Task.WhenAll(calls)).Count(answer => answer.Message == "unavailable"), 14, 15);
    }

    [Fact, Holds("D8", "C4")]
    public async Task A_crowd_at_one_address_hashes_and_mails_once_for_each_admitted_request()
    {
        var engine = new CountingEngine();
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => app.RegisterAsync("crowd@example.com")));

        Assert.Equal(1, answers.Count(answer => answer.Status is HttpStatusCode.Created));
        Assert.Equal(1, engine.Runs);
        await app.WaitForMailsAsync("crowd@example.com", 1);
        Assert.DoesNotContain("its row is not there yet", app.Logs.Text);
    }

    // One hash at a time, and so many that wait for it.
    private static Task<TestApp> StartAsync(string storage, int maxWaiting, IArgon2Engine? engine = null) => TestApp.StartAsync(
        storage,
        new() { ["Passwords:MaxConcurrentHashes"] = "1", ["Passwords:MaxWaitingHashes"] = $"{maxWaiting}" },
        configure: engine is null ? null : services => services.Insert(0, ServiceDescriptor.Singleton(engine)));

    /// <summary>The preferred engine, with a count of its runs.</summary>
    private sealed class CountingEngine : IArgon2Engine
    {
        private readonly SodiumArgon2 inner = new();
        private int runs;
        private int running;
        private int most;

        public int Runs => runs;

        public int Most => most;

        public bool Supports(Argon2Hash hash) => inner.Supports(hash);

        public byte[] Derive(byte[] password, Argon2Hash hash)
        {
            Interlocked.Increment(ref runs);
            most = Math.Max(most, Interlocked.Increment(ref running));
            try
            {
                return inner.Derive(password, hash);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }
}
