using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords.Imported;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Hashes passwords with Argon2id (RFC 9106) and verifies them. It hashes the NFKC form (NIST SP 800-63B §3.1.1.2), so that the same
/// characters typed on another keyboard match. Every call costs exactly one Argon2 run. All passwords of one address share one random salt,
/// so a single run shows whether a password belongs to the account or to a registration waiting there. A hash of another system costs its
/// own run besides, until its owner has signed in once; <see cref="PasswordOptions.ImportedCost"/> makes every check cost that run.
/// </summary>
public sealed partial class PasswordHasher
{
    private const int SaltBytes = 16;
    private const int TagBytes = 32;
    private readonly PasswordOptions options;
    private readonly HashGate gate;
    private readonly IReadOnlyList<IArgon2Engine> engines;
    private readonly ILogger<PasswordHasher> logger;

    // Stands in at an address without an account: it has the same cost, and no password matches its tag.
    private readonly Argon2Hash standIn;

    // The same for hashes of another system; null: they are not hidden.
    private readonly ImportedHash? importedStandIn;

    // One that needs more memory than ours runs at a time, so that they do not exceed the memory for hashing by much.
    private readonly Lock large = new();

    /// <param name="engines">The preferred one first; a later one does what those before it cannot do.</param>
    public PasswordHasher(
        IOptions<PasswordOptions> options, HashGate gate, IEnumerable<IArgon2Engine> engines, ILogger<PasswordHasher> logger)
    {
        this.options = options.Value;
        this.gate = gate;
        this.engines = [.. engines];
        this.logger = logger;
        standIn = Template();
        importedStandIn = this.options.ImportedCost.Length > 0 && ImportedHash.TryParseCost(this.options.ImportedCost, out var imported)
            ? imported
            : null;
    }

    /// <summary>The name of the engine for new hashes.</summary>
    public string Engine => EngineFor(standIn).GetType().Name;

    public bool UsesPreferredEngine => EngineFor(standIn) == engines[0];

    /// <param name="salt">The salt of the other credentials at the address; null for a new one.</param>
    public async Task<Credential> HashAsync(string password, Salt? salt, CancellationToken cancellationToken)
    {
        var template = salt is { } shared && Argon2Hash.Decode(shared) is { } bytes ? Template() with { Salt = bytes } : Template();
        var (tag, _) = await DeriveAsync(password, template, null, cancellationToken);
        return Credential.Read((template with { Tag = tag }).ToString());
    }

    /// <summary>
    /// The index of the credential that the password matches, or -1; null stands for a missing credential. One run, with the salt and cost
    /// of the first credential that is there: another one matches only if it shares them, as those of one address do. An imported
    /// credential has a run of its own. A credential that is no hash, or is beyond the ceilings, matches no password and costs what a
    /// missing one costs. The comparison takes the same time whatever its outcome.
    /// </summary>
    public async Task<int> VerifyAsync(string password, IReadOnlyList<Credential?> stored, CancellationToken cancellationToken)
    {
        var imported = stored.Select(credential => credential is null ? null : ParseImported(credential)).ToArray();
        var hashes = stored.Select((credential, index) => credential is null || imported[index] is not null ? null : Parse(credential))
            .ToArray();
        var first = Array.Find(hashes, hash => hash is not null) ?? standIn;
        var foreign = Array.Find(imported, hash => hash is not null);
        var (tag, isForeign) = await DeriveAsync(password, first, foreign ?? importedStandIn, cancellationToken);
        var match = isForeign && foreign is not null
            ? Array.IndexOf(imported, foreign)
            : Array.FindIndex(hashes, hash => hash is not null
                && hash.Cost == first.Cost
                && hash.Salt.AsSpan().SequenceEqual(first.Salt)
                && CryptographicOperations.FixedTimeEquals(tag, hash.Tag));
        CryptographicOperations.ZeroMemory(tag);
        return match;
    }

    /// <summary>Whether a text is a hash that some password can match: the app knows its form, and it is within the ceilings.</summary>
    public static bool CanVerify(string stored) =>
        ParseImported(Credential.Read(stored)) is not null
        || (Argon2Hash.TryParse(stored, out var hash) && hash.IsWithinCeilings);

    /// <summary>True if the credential's cost differs from the configured one.</summary>
    public bool NeedsRehash(Credential stored) => !Argon2Hash.TryParse(stored.Stored, out var hash) || hash.Cost != standIn.Cost;

    private Argon2Hash? Parse(Credential stored)
    {
        if (Argon2Hash.TryParse(stored.Stored, out var hash) && hash.IsWithinCeilings)
        {
            return hash;
        }

        LogUnusable();
        return null;
    }

    private static ImportedHash? ParseImported(Credential stored) =>
        ImportedHash.TryParse(stored.Stored, out var hash) && hash.IsWithinCeilings ? hash : null;

    private Argon2Hash Template() =>
        new(options.MemoryKiB, options.Iterations, options.Parallelism, RandomNumberGenerator.GetBytes(SaltBytes), new byte[TagBytes]);

    private Task<(byte[] Tag, bool IsImported)> DeriveAsync(
        string password, Argon2Hash hash, ImportedHash? imported, CancellationToken cancellationToken)
    {
        var engine = EngineFor(hash);
        return gate.RunAsync(
            () =>
            {
                var bytes = Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC));
                try
                {
                    return (engine.Derive(bytes, hash), imported is not null && Matches(password, imported));
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(bytes);
                }
            },
            cancellationToken);
    }

    private bool Matches(string password, ImportedHash imported)
    {
        if (imported.MemoryKiB <= options.MemoryKiB)
        {
            return imported.Matches(password, EngineFor);
        }

        lock (large)
        {
            return imported.Matches(password, EngineFor);
        }
    }

    private IArgon2Engine EngineFor(Argon2Hash hash) => engines.First(engine => engine.Supports(hash));

    [LoggerMessage(LogLevel.Error, "A stored password hash is unreadable or beyond the ceilings; its owner has to reset the password.")]
    private partial void LogUnusable();
}
