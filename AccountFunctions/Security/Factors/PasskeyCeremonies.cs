using System.Buffers.Text;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// The ceremonies in which passkeys are made and used (WebAuthn Level 3 §7). What checks their answers is loaded with the first answer, so
/// a deployment without passkeys does not pay for it.
/// </summary>
public sealed class PasskeyCeremonies(IOptions<PasskeyOptions> options, PasskeyChallenges challenges, ProductName product)
{
    private const string PublicKey = "public-key";
    private const string Required = "required";
    private readonly PasskeyOptions options = options.Value;
    private readonly Lock sync = new();
    private PasskeyVerifier? verifier;

    /// <summary>The algorithms that passkeys may have, the best first: ES256, EdDSA and RS256 (RFC 9053).</summary>
    internal static IReadOnlyList<int> Algorithms { get; } = [-7, -8, -257];

    /// <summary>Whether the deployment has passkeys.</summary>
    public bool AreOn => options.AreOn;

    /// <summary>Whether what checks answers has been loaded.</summary>
    public bool IsLoaded => verifier is not null;

    public string RelyingPartyId => options.RelyingPartyId;

    private static int Timeout => (int)PasskeyChallenges.Lifetime.TotalMilliseconds;

    private PasskeyVerifier Verifier
    {
        get
        {
            lock (sync)
            {
                return verifier ??= new PasskeyVerifier(options.RelyingPartyId, product.Value, options.OriginSet);
            }
        }
    }

    /// <summary>How the owner of an account makes another passkey.</summary>
    public (PasskeyCreationOptions Options, string State) Create(AccountEntity account, IEnumerable<PasskeyEntity> passkeys)
    {
        var challenge = challenges.New(PasskeyPurpose.Register, PasskeyChallenges.RegistrationOf(account));
        var name = $"{account.FirstName} {account.LastName}".Trim();
        return (
            new PasskeyCreationOptions(
                new RelyingParty(options.RelyingPartyId, product.Value),
                new PasskeyUser(
                    Base64Url.EncodeToString(PasskeyCredential.HandleOf(account.Id)),
                    account.Username,
                    name is "" ? account.Username : name),
                Base64Url.EncodeToString(challenge.Value),
                [.. Algorithms.Select(algorithm => new PasskeyAlgorithm(PublicKey, algorithm))],
                Timeout,
                [.. passkeys.Select(Describe)],
                new AuthenticatorSelection(Required, RequireResidentKey: true, Required),
                "none"),
            challenge.State);
    }

    /// <summary>How somebody signs in with a passkey, or how the owner of an account confirms a change.</summary>
    /// <param name="accountId">The account; null at sign-in.</param>
    public PasskeyRequestReply Request(PasskeyPurpose purpose, string? accountId, IEnumerable<PasskeyEntity> passkeys)
    {
        var challenge = challenges.New(purpose, accountId);
        return new PasskeyRequestReply(
            new PasskeyRequestOptions(
                Base64Url.EncodeToString(challenge.Value), Timeout, options.RelyingPartyId, [.. passkeys.Select(Describe)], Required),
            challenge.State);
    }

    /// <summary>Verifies a registration, but not whether the challenge is still good; null if anything is wrong.</summary>
    public Task<NewPasskey?> RegisterAsync(
        PasskeyCredential credential, PasskeyChallenge challenge, string accountId, CancellationToken cancellationToken) =>
        Verifier.RegisterAsync(credential, challenge.Value, accountId, cancellationToken);

    /// <summary>
    /// Verifies an assertion, but neither the signature counter nor whether the challenge is still good; null if anything is wrong.
    /// </summary>
    public Task<PasskeyUse?> AssertAsync(
        PasskeyCredential credential, PasskeyChallenge challenge, PasskeyEntity passkey, CancellationToken cancellationToken) =>
        Verifier.AssertAsync(
            credential,
            challenge.Value,
            Base64Url.DecodeFromChars(passkey.PublicKey),
            passkey.IsBackupEligible,
            cancellationToken);

    private static PasskeyDescriptor Describe(PasskeyEntity passkey) => new(PublicKey, passkey.CredentialId, passkey.Transports);
}

/// <summary>A passkey as its registration describes it.</summary>
/// <param name="PublicKey">A COSE key (RFC 9052 §7).</param>
public sealed record NewPasskey(byte[] PublicKey, long Counter, bool IsBackupEligible, bool IsBackedUp, Guid Aaguid);

/// <summary>What an assertion says about its passkey.</summary>
public sealed record PasskeyUse(long Counter, bool IsBackedUp);
