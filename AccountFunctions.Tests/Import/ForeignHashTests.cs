using System.Diagnostics.Metrics;
using System.Text.Json;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Imported;
using AccountFunctions.Telemetry;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Operations.Import;
using PasswordOptions = AccountFunctions.Security.Passwords.PasswordOptions;

namespace AccountFunctions.Tests.Import;

/// <summary>Password hashes that libraries of other systems made (<c>Exports/make.py</c>, <c>Exports/make.mjs</c>).</summary>
public sealed class ForeignHashTests
{
    private const string Password = "pässwörd ½ 77";

    // RFC 7914 §12 has no test with a salt that is long enough, so scrypt is checked against the libraries alone.
    private const string Pbkdf2 = "raw$pbkdf2-sha256$i=1000$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0";

    public static TheoryData<string, string, string> Hashes
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var line in File.ReadLines(Exports.PathTo("hashes.jsonl")))
            {
                var made = JsonDocument.Parse(line).RootElement;
                data.Add(
                    made.GetProperty("by").GetString()!, made.GetProperty("password").GetString()!, made.GetProperty("hash").GetString()!);
            }

            return data;
        }
    }

    [Theory, Holds("D11")]
    [MemberData(nameof(Hashes))]
    public async Task The_password_of_another_library_matches_and_no_other_does(string by, string password, string hash)
    {
        var stored = ForeignHashes.Convert(hash);
        var credential = Credential.Read(stored);
        var hasher = Hasher();

        // bcrypt itself takes the first 72 bytes.
        var isCut = password.Length > 72 && by.Contains("bcrypt", StringComparison.Ordinal) && by != "django bcrypt_sha256";
        Assert.True(PasswordHasher.CanVerify(stored), by);
        Assert.Equal(0, await hasher.VerifyAsync(password, [credential], default));
        Assert.Equal(-1, await hasher.VerifyAsync($"X{password[1..]}", [credential], default));
        Assert.Equal(isCut ? 0 : -1, await hasher.VerifyAsync(password[..^1], [credential], default));
        Assert.True(hasher.NeedsRehash(credential));
    }

    [Theory, Holds("D11")]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV2)]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3)]
    public async Task Hashes_of_ASP_NET_Core_Identity_match(PasswordHasherCompatibilityMode mode)
    {
        var identity = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { CompatibilityMode = mode }));
        var credential = Credential.Read(ForeignHashes.Convert(identity.HashPassword(this, Password)));

        Assert.Equal(0, await Hasher().VerifyAsync(Password, [credential], default));
        Assert.Equal(-1, await Hasher().VerifyAsync(Password + " ", [credential], default));
    }

    [Fact, Holds("D11")]
    public async Task An_account_without_a_hash_of_ours_and_a_registration_are_checked_together()
    {
        var hasher = Hasher();
        var imported = Credential.Read(Pbkdf2);
        var registration = await hasher.HashAsync("green tractor 78", imported.Salt, default);

        Assert.Equal(imported.Salt, registration.Salt);
        Assert.Equal(1, await hasher.VerifyAsync("green tractor 78", [imported, registration], default));
        Assert.Equal(-1, await hasher.VerifyAsync("red tractor 79", [imported, registration], default));
    }

    [Fact, Holds("D11")]
    public async Task With_the_setting_every_check_does_the_same_work()
    {
        const string stored = "raw$argon2id$m=64,t=3,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0";
        Assert.True(ImportedHash.TryParse(stored, out var hash));
        Assert.Equal("raw$argon2id$m=64,t=3,p=1,l=32", hash.Cost);
        var engine = new CountingEngine();
        var hasher = Hasher(engine, hash.Cost);
        var native = await hasher.HashAsync(Password, salt: null, default);
        var runs = new List<string>();
        foreach (var credential in new[] { Credential.Read(stored), native, null })
        {
            engine.Costs.Clear();
            await hasher.VerifyAsync(Password, [credential, null], default);
            runs.Add(string.Join(' ', engine.Costs.Order()));
        }

        Assert.Equal(["(8, 1, 1) (64, 3, 1)"], runs.Distinct());
        engine.Costs.Clear();
        await Hasher(engine).VerifyAsync(Password, [native], default);
        Assert.Single(engine.Costs);
    }

    [Theory, Holds("D10")]
    [InlineData("raw$pbkdf2-sha256$i=2000001$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$pbkdf2-sha256$i=99999999999999999999$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$pbkdf2-sha256$i=0$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$pbkdf2-sha256$$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$pbkdf2-sha256$i=1$c2hvcnQ$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$pbkdf2-sha256$i=1$MTIzNDU2Nzg5MDEyMzQ1Ng$c2hvcnQ")]
    [InlineData("raw$pbkdf2-md5$i=1000$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("other$pbkdf2-sha256$i=1000$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$scrypt$ln=31,r=8,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$scrypt$ln=18,r=8,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$scrypt$ln=14,r=8,p=99999999$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$scrypt$ln=14,r=8$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$fbscrypt$n=31,r=8,ss=Bw,sk=AAAA$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$bcrypt$r=15$MTIzNDU2Nzg5MDEyMzQ1Ng$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM")]
    [InlineData("raw$bcrypt$r=31$MTIzNDU2Nzg5MDEyMzQ1Ng$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM")]
    [InlineData("raw$bcrypt$r=12$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$argon2id$m=999999,t=2,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$argon2i$m=64,t=11,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    [InlineData("raw$argon2d$m=64,t=2,p=99$MTIzNDU2Nzg5MDEyMzQ1Ng$ySWAyBXAHVzcqqYnBCmbhaL+GJDIrn7vlDVUXiC/eB0")]
    public async Task A_hash_beyond_the_ceilings_costs_and_answers_like_a_wrong_password(string stored)
    {
        var engine = new CountingEngine();

        Assert.False(PasswordHasher.CanVerify(stored));
        Assert.Equal(-1, await Hasher(engine).VerifyAsync(Password, [Credential.Read(stored)], default));
        Assert.Equal([(8, 1, 1)], engine.Costs);
    }

    [Fact, Holds("D10")]
    public void A_damaged_hash_is_no_hash_and_crashes_nothing()
    {
        foreach (var hash in File.ReadLines(Exports.PathTo("hashes.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("hash").GetString()!))
        {
            for (var at = 0; at < hash.Length; at++)
            {
                foreach (var other in "$\0é=,")
                {
                    var damaged = ForeignHashes.Convert($"{hash[..at]}{other}{hash[(at + 1)..]}");
                    Assert.False(PasswordHasher.CanVerify(damaged) && hash[at] == '$' && other is not ('$' or ','));
                }

                // A tag of twelve bytes is too short.
                var cut = Math.Min(at, hash.LastIndexOf('$') + 17);
                Assert.False(PasswordHasher.CanVerify(ForeignHashes.Convert(hash[..cut])));
            }
        }
    }

    [Theory]
    [InlineData("raw$pbkdf2-sha256$i=260000,l=32", true)]
    [InlineData("raw$bcrypt$r=10,l=23", true)]
    [InlineData("$scrypt$ln=14,r=16,p=1,l=64", true)]
    [InlineData("raw$bcrypt$r=10", false)]
    [InlineData("raw$pbkdf2-sha256$i=99999999,l=32", false)]
    [InlineData("raw$pbkdf2-sha256$i=1000,l=999", false)]
    [InlineData("fast", false)]
    public void The_setting_takes_what_the_import_prints(string cost, bool isTaken) =>
        Assert.Equal(isTaken, !new PasswordOptions { ImportedCost = cost }.Validate(new(this)).Any());

    private static PasswordHasher Hasher(IArgon2Engine? engine = null, string importedCost = "")
    {
        var options = Options.Create(new PasswordOptions { MemoryKiB = 8, Iterations = 1, Parallelism = 1, ImportedCost = importedCost });
        var gate = new HashGate(options, new AccountMetrics(new Meter("test")));
        return new PasswordHasher(options, gate, [engine ?? new KonsciousArgon2()], NullLogger<PasswordHasher>.Instance);
    }

    private sealed class CountingEngine : IArgon2Engine
    {
        public List<(int MemoryKiB, int Iterations, int Parallelism)> Costs { get; } = [];

        public bool Supports(Argon2Hash hash) => true;

        public byte[] Derive(byte[] password, Argon2Hash hash)
        {
            Costs.Add(hash.Cost);
            return new byte[hash.Tag.Length];
        }
    }
}

/// <summary>The files that other systems export.</summary>
internal static class Exports
{
    public static string PathTo(string name) => Repository.PathTo("AccountFunctions.Tests", "Import", "Exports", name);
}
