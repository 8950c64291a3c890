#pragma warning disable RS0030 // A case must be reproducible from its seed.
using System.Text;
using System.Text.Json;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace TestKit;

/// <summary>
/// Answers of authenticators whose bytes were changed: bits, lengths, pieces cut out or put in, random CBOR. No assertion may pass, and
/// none of them may cause an exception.
/// </summary>
public sealed class BrokenPasskeys
{
    private const string AccountId = "0193a5f0c1a87d2e9b3c4d5e6f708192";
    private readonly PasskeyCeremonies ceremonies;
    private readonly (PasskeyCredential Credential, PasskeyChallenge Challenge)[] registrations;
    private readonly (PasskeyCredential Credential, PasskeyChallenge Challenge, PasskeyEntity Passkey)[] assertions;

    private BrokenPasskeys(
        PasskeyCeremonies ceremonies,
        (PasskeyCredential Credential, PasskeyChallenge Challenge)[] registrations,
        (PasskeyCredential Credential, PasskeyChallenge Challenge, PasskeyEntity Passkey)[] assertions) =>
        (this.ceremonies, this.registrations, this.assertions) = (ceremonies, registrations, assertions);

    /// <summary>Starts from right answers, of each algorithm.</summary>
    public static async Task<BrokenPasskeys> CreateAsync(IServiceProvider services)
    {
        var ceremonies = services.GetRequiredService<PasskeyCeremonies>();
        var challenges = services.GetRequiredService<PasskeyChallenges>();
        var account = new AccountEntity(AccountId) { Username = "ada@example.com", FirstName = "Ada", LastName = "", Version = 1 };
        var registrations = new List<(PasskeyCredential, PasskeyChallenge)>();
        var assertions = new List<(PasskeyCredential, PasskeyChallenge, PasskeyEntity)>();
        foreach (var algorithm in new[] { SoftPasskey.ES256, SoftPasskey.EdDSA, SoftPasskey.RS256 })
        {
            var authenticator = new SoftAuthenticator { AttestsItself = algorithm is SoftPasskey.EdDSA };
            var (options, state) = ceremonies.Create(account, []);
            var made = Read(authenticator.Create(Json(options), algorithm));
            var challenge = challenges.Open(state, PasskeyPurpose.Register, PasskeyChallenges.RegistrationOf(account))!;
            var passkey = await ceremonies.RegisterAsync(made, challenge, AccountId, default);
            Assert.NotNull(passkey);
            registrations.Add((made, challenge));
            var row = new PasskeyEntity(AccountId, made.RowId)
            {
                PublicKey = System.Buffers.Text.Base64Url.EncodeToString(passkey.PublicKey),
                IsBackupEligible = passkey.IsBackupEligible,
            };
            var asked = ceremonies.Request(PasskeyPurpose.SignIn, null, []);
            var used = Read(authenticator.Get(Json(asked.Options)));
            challenge = challenges.Open(asked.State, PasskeyPurpose.SignIn, null)!;
            Assert.NotNull(await ceremonies.AssertAsync(used, challenge, row, default));
            assertions.Add((used, challenge, row));
        }

        return new BrokenPasskeys(ceremonies, [.. registrations], [.. assertions]);
    }

    /// <summary>Tries one of them.</summary>
    /// <returns>An assertion that was accepted although it was changed; null if none was.</returns>
    public async Task<string?> TryAsync(int seed, int number)
    {
        var random = new Random(unchecked((seed * 397) ^ number));
        if (random.Next(2) == 0)
        {
            var (made, challenge) = registrations[random.Next(registrations.Length)];
            var broken = random.Next(4) == 0
                ? made with { ClientData = Break(made.ClientData, random) }
                : made with { Attestation = Break(made.Attestation!, random) };

            // No signature covers a registration, so some changes pass, and their passkey is of no use.
            await ceremonies.RegisterAsync(broken, challenge, AccountId, default);
            return null;
        }

        var (used, asked, passkey) = assertions[random.Next(assertions.Length)];
        var changed = random.Next(3) switch
        {
            0 => used with { ClientData = Break(used.ClientData, random) },
            1 => used with { AuthenticatorData = Break(used.AuthenticatorData!, random) },
            _ => used with { Signature = Break(used.Signature!, random) },
        };
        var isSame = changed.ClientData.AsSpan().SequenceEqual(used.ClientData)
            && changed.AuthenticatorData.AsSpan().SequenceEqual(used.AuthenticatorData)
            && changed.Signature.AsSpan().SequenceEqual(used.Signature);
        var accepted = await ceremonies.AssertAsync(changed, asked, passkey, default);
        return accepted is null || isSame
            ? null
            : $"assertion {number}: {Convert.ToHexString(used.Signature!)} became {Convert.ToHexString(changed.Signature!)}";
    }

    private static byte[] Break(byte[] bytes, Random random)
    {
        var broken = bytes.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(broken.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < broken.Count:
                    broken[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < broken.Count:
                    broken[at] = (byte)random.Next(256);
                    break;
                case 2:
                    broken = broken[..at];
                    break;
                case 3:
                    broken.InsertRange(at, Cbor(random, 0));
                    break;
                case 4:
                    broken.RemoveRange(at, Math.Min(random.Next(9), broken.Count - at));
                    break;
                case 5:
                    // A length that says more than there is.
                    broken.InsertRange(at, [(byte)(0x5a + (0x20 * random.Next(3))), 0xff, 0xff, 0xff, (byte)random.Next(256)]);
                    break;
                default:
                    broken = [.. broken[..at], .. Cbor(random, 0)];
                    break;
            }
        }

        return [.. broken];
    }

    // Any item, also nested deeply and of indefinite length.
    private static byte[] Cbor(Random random, int depth) => random.Next(depth > 3 ? 5 : 9) switch
    {
        0 => [(byte)random.Next(0x40)],
        1 => [0x1b, .. Bytes(random, 8)],
        2 => [0x44, .. Bytes(random, 4)],
        3 => [0x64, .. Encoding.ASCII.GetBytes("abcd")],
        4 => [(byte)(0xe0 + random.Next(32))],
        5 => [0x82, .. Cbor(random, depth + 1), .. Cbor(random, depth + 1)],
        6 => [0xa1, .. Cbor(random, depth + 1), .. Cbor(random, depth + 1)],
        7 => [(byte)(0x5f + (0x20 * random.Next(4))), .. Cbor(random, depth + 1), 0xff],
        _ => [.. Enumerable.Repeat((byte)0x81, random.Next(3000)), 0x00],
    };

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static PasskeyCredential Read(System.Text.Json.Nodes.JsonObject credential) =>
        PasskeyCredential.Read(JsonSerializer.SerializeToElement(credential))!;

    private static JsonElement Json<T>(T options) =>
        JsonSerializer.SerializeToElement(options, typeof(T), AccountFunctions.Accounts.AccountJson.Default);
}
