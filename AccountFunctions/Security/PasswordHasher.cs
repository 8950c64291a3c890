using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Hashes passwords with Argon2id into PHC strings and checks them. A password is what its NFKC form is (NIST SP 800-63B §3.1.1.2), so that the
/// same characters typed on another keyboard match. Every call costs exactly one Argon2 run. All passwords of one address have one random salt, so
/// that a single run tells whether a password is that of the account or of a registration that waits there.
/// </summary>
public sealed partial class PasswordHasher : IHostedService
{
    private const int SaltBytes = 16;
    private const int TagBytes = 32;
    private readonly PasswordOptions options;
    private readonly HashGate gate;
    private readonly IReadOnlyList<IArgon2Engine> engines;

    // What is checked for somebody who does not exist: the same cost, and no password has this tag.
    private readonly Argon2Hash nobody;
    private readonly ILogger<PasswordHasher> logger;

    /// <param name="engines">The preferred one first; a later one serves for what those before it cannot do.</param>
    public PasswordHasher(IOptions<PasswordOptions> options, HashGate gate, IEnumerable<IArgon2Engine> engines, ILogger<PasswordHasher> logger)
    {
        this.options = options.Value;
        this.gate = gate;
        this.engines = [.. engines];
        this.logger = logger;
        nobody = Template();
    }

    /// <summary>Says which engine is at work, and warns if it is not the preferred one: a machine without the native library is five times slower.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogEngine(EngineFor(nobody) == engines[0] ? LogLevel.Information : LogLevel.Warning, EngineFor(nobody).GetType().Name);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <param name="salt">Base64 of the salt that the hashes of the same address have; null for a new one.</param>
    public async Task<string> HashAsync(string password, string? salt, CancellationToken cancellationToken)
    {
        var template = salt is null ? Template() : Template() with { Salt = Convert.FromBase64String(salt) };
        return (template with { Tag = await DeriveAsync(password, template, cancellationToken) }).ToString();
    }

    /// <summary>
    /// Which of the stored hashes the password has, -1 for none; null stands for nobody. One run, with the salt and cost of the first that is there:
    /// another one is found only where it shares them, as those of one address do. The comparison takes the same time whatever comes of it.
    /// </summary>
    public async Task<int> VerifyAsync(string password, IReadOnlyList<string?> stored, CancellationToken cancellationToken)
    {
        var hashes = stored.Select(text => text is null ? null : Parse(text)).ToArray();
        var first = Array.Find(hashes, hash => hash is not null) ?? nobody;
        var tag = await DeriveAsync(password, first, cancellationToken);
        return Array.FindIndex(hashes, hash => hash is not null
            && (hash.MemoryKiB, hash.Iterations, hash.Parallelism) == (first.MemoryKiB, first.Iterations, first.Parallelism)
            && hash.Salt.AsSpan().SequenceEqual(first.Salt)
            && CryptographicOperations.FixedTimeEquals(tag, hash.Tag));
    }

    /// <summary>The salt of a stored hash, base64.</summary>
    public static string SaltOf(string stored) => Convert.ToBase64String(Parse(stored).Salt);

    /// <summary>Whether a hash was made with other cost parameters than today's.</summary>
    public bool IsOutdated(string stored) =>
        !Argon2Hash.TryParse(stored, out var hash)
        || (hash.MemoryKiB, hash.Iterations, hash.Parallelism) != (options.MemoryKiB, options.Iterations, options.Parallelism);

    private static Argon2Hash Parse(string stored) =>
        Argon2Hash.TryParse(stored, out var hash) ? hash : throw new InvalidOperationException("A stored password hash is no Argon2id PHC string.");

    private Argon2Hash Template() =>
        new(options.MemoryKiB, options.Iterations, options.Parallelism, RandomNumberGenerator.GetBytes(SaltBytes), new byte[TagBytes]);

    private Task<byte[]> DeriveAsync(string password, Argon2Hash hash, CancellationToken cancellationToken)
    {
        var engine = EngineFor(hash);
        return gate.RunAsync(
            () =>
            {
                var bytes = Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC));
                try
                {
                    return engine.Derive(bytes, hash);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(bytes);
                }
            },
            cancellationToken);
    }

    private IArgon2Engine EngineFor(Argon2Hash hash) => engines.First(engine => engine.Supports(hash));

    [LoggerMessage("Passwords are hashed by {Engine}.")]
    private partial void LogEngine(LogLevel level, string engine);
}
