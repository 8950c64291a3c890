using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Telemetry;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Security;

public sealed class PasswordHasherTests
{
    private const string Password = "blue tractor 77";

    [Theory, Holds("D6")]
    [InlineData(8, 1)]
    [InlineData(1024, 3)]
    [InlineData(19456, 2)]
    public void Both_engines_compute_the_same(int memory, int iterations)
    {
        var hash = new Argon2Hash(memory, iterations, 1, Encoding.ASCII.GetBytes("sixteen byte salt"[..16]), new byte[32]);
        var password = Encoding.UTF8.GetBytes("pässwörd\0 with NUL");

        Assert.Equal(new KonsciousArgon2().Derive(password, hash), new SodiumArgon2().Derive(password, hash));
    }

    [Fact, Holds("D10")]
    public void No_setting_allows_a_hash_that_would_match_no_password()
    {
        int Most(string setting) => (int)typeof(PasswordOptions).GetProperty(setting)!.GetCustomAttribute<RangeAttribute>()!.Maximum;

        var (memory, iterations, parallelism) = (
            Most(nameof(PasswordOptions.MemoryKiB)), Most(nameof(PasswordOptions.Iterations)), Most(nameof(PasswordOptions.Parallelism)));
        var dearest = new Argon2Hash(memory, iterations, parallelism, new byte[16], new byte[32]);
        Assert.True(dearest.IsWithinCeilings);
        Assert.False((dearest with { Iterations = iterations + 1 }).IsWithinCeilings);
    }

    [Fact, Holds("D6")]
    public async Task A_hash_is_a_phc_string_of_its_own_that_only_its_password_matches()
    {
        var hasher = Hasher();
        var (first, second) = (
            await hasher.HashAsync(Password, salt: null, default), await hasher.HashAsync(Password, salt: null, default));

        Assert.Matches(@"^\$argon2id\$v=19\$m=1024,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", first.Stored);
        Assert.NotEqual(first, second);
        Assert.Equal(0, await hasher.VerifyAsync(Password, [first], default));
        Assert.Equal(-1, await hasher.VerifyAsync(Password + " ", [first], default));
        Assert.Equal(-1, await hasher.VerifyAsync(Password, [null, null], default));
    }

    [Fact]
    public async Task Hashes_of_several_lanes_are_checked_and_outdated()
    {
        var hash = await Hasher(parallelism: 4).HashAsync(Password, salt: null, default);
        var today = Hasher();

        Assert.Equal(0, await today.VerifyAsync(Password, [hash], default));
        Assert.True(today.NeedsRehash(hash));
        Assert.False(today.NeedsRehash(await today.HashAsync(Password, salt: null, default)));
    }

    [Fact]
    public async Task One_run_finds_the_matching_hash_among_those_that_share_a_salt()
    {
        var hasher = Hasher();
        var account = await hasher.HashAsync(Password, salt: null, default);
        var registration = await hasher.HashAsync("green tractor 78", account.Salt, default);
        var elsewhere = await hasher.HashAsync("green tractor 78", salt: null, default);

        Assert.Equal(account.Salt, registration.Salt);
        Assert.Equal(1, await hasher.VerifyAsync("green tractor 78", [account, registration], default));
        Assert.Equal(1, await hasher.VerifyAsync("green tractor 78", [null, registration], default));
        Assert.Equal(-1, await hasher.VerifyAsync("green tractor 78", [account, elsewhere], default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$argon2i$v=19$m=8,t=1,p=1$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=16$m=8,t=1,p=1$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=8,t=1$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$$AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA\n")]
    [InlineData("$argon2id$v=19$m=99999999999,t=1,p=1$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_malformed_phc_string_is_not_read(string text) => Assert.False(Argon2Hash.TryParse(text, out _));

    [Theory, Holds("D10")]
    [InlineData("m=262145,t=1,p=1")]
    [InlineData("m=999999999,t=1,p=1")]
    [InlineData("m=8,t=11,p=1")]
    [InlineData("m=8,t=6000,p=1")]
    [InlineData("m=8,t=0,p=1")]
    [InlineData("m=8,t=1,p=0")]
    [InlineData("m=7,t=1,p=1")]
    [InlineData("m=1024,t=1,p=9")]
    [InlineData("m=0,t=0,p=0")]
    public async Task A_stored_hash_beyond_the_ceilings_matches_nothing_and_costs_what_a_missing_one_costs(string cost)
    {
        var engine = new CountingEngine();
        var hasher = Hasher(engine);
        var stored = Credential.Read($"$argon2id$v=19${cost}$c2l4dGVlbiBieXRlIHM$AAAAAAAAAAAAAAAAAAAAAAAA");

        Assert.Equal(-1, await hasher.VerifyAsync("any password", [stored], default));
        Assert.Equal(-1, await hasher.VerifyAsync("any password", [null], default));
        Assert.Equal(engine.Costs[1], Assert.Single(engine.Costs.Take(1)));
        Assert.True(hasher.NeedsRehash(stored));
    }

    [Fact, Holds("D10")]
    public void No_stored_text_crashes_the_app() => Prop.ForAll<string>(text =>
    {
        var hasher = Hasher(new CountingEngine());
        var credential = Credential.Read(text ?? "");
        var match = hasher.VerifyAsync("any password", [credential], default);
        var hashed = hasher.HashAsync("any password", credential.Salt, default);
        return match.GetAwaiter().GetResult() == -1 && hashed.GetAwaiter().GetResult().Salt is not null;
    }).QuickCheckThrowOnFailure();

    [Fact, Holds("D8")]
    public async Task The_gate_runs_and_queues_a_limited_number_and_refuses_the_next()
    {
        using var gate = new HashGate(
            Options.Create(new PasswordOptions { MaxConcurrentHashes = 2, MaxWaitingHashes = 3 }), new AccountMetrics(new Meter("test")));
        using var release = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        int Hash()
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            release.Wait();
            return Interlocked.Decrement(ref running);
        }

        var admitted = Enumerable.Range(0, 5).Select(_ => Task.Run(() => gate.RunAsync(Hash, default))).ToList();
        while (Volatile.Read(ref running) < 2)
        {
            await Task.Delay(5);
        }

        await Task.Delay(50);
        await Assert.ThrowsAsync<UnavailableException>(() => gate.RunAsync(Hash, default));
        release.Set();
        await Task.WhenAll(admitted);
        Assert.Equal(2, most);
        Assert.Equal(1, await gate.RunAsync(() => 1, default));
    }

    private static PasswordHasher Hasher(IArgon2Engine engine)
    {
        var options = Options.Create(new PasswordOptions { MemoryKiB = 8, Iterations = 1, Parallelism = 1 });
        var gate = new HashGate(options, new AccountMetrics(new Meter("test")));
        return new PasswordHasher(options, gate, [engine], NullLogger<PasswordHasher>.Instance);
    }

    private static PasswordHasher Hasher(int parallelism = 1)
    {
        var options = Options.Create(new PasswordOptions { MemoryKiB = 1024, Iterations = 1, Parallelism = parallelism });
        var gate = new HashGate(options, new AccountMetrics(new Meter("test")));
        return new PasswordHasher(options, gate, [new SodiumArgon2(), new KonsciousArgon2()], NullLogger<PasswordHasher>.Instance);
    }

    private sealed class CountingEngine : IArgon2Engine
    {
        public List<(int MemoryKiB, int Iterations, int Parallelism)> Costs { get; } = [];

        public bool Supports(Argon2Hash hash) => true;

        public byte[] Derive(byte[] password, Argon2Hash hash)
        {
            Costs.Add(hash.Cost);
            return new byte[hash.Tag.Length + 1];
        }
    }
}
