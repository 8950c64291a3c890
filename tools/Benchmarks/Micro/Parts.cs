using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Argon2;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Microsoft.Extensions.Options;

namespace Benchmarks.Micro;

/// <summary>The building blocks of requests: <c>micro</c>.</summary>
[MemoryDiagnoser]
public class Parts
{
    private static readonly byte[] Password = "blue tractor 77"u8.ToArray();
    private static readonly Argon2Hash Hash = new(19456, 2, 1, new byte[16], new byte[32]);
    private readonly IArgon2Engine[] engines = [new VectorArgon2(TimeProvider.System), new SodiumArgon2(), new KonsciousArgon2()];
    private readonly VerificationCodes codes = new(
        Options.Create(new CodeOptions { Key = Convert.ToBase64String(new byte[32]) }), FixedCodes.None);
    private readonly AccessTokens tokens;
    private readonly AccountEntity account = new(Guid.CreateVersion7().ToString("N"))
    {
        Username = "ada@example.com",
        FirstName = "Ada",
        LastName = "Lovelace",
        Role = AccountEntity.ClientRole,
        ExpirationDate = TimeProvider.System.GetUtcNow(),
        Version = 1,
    };

    private readonly byte[] request = """{"username":"ada@example.com","password":"blue tractor 77"}"""u8.ToArray();
    private readonly string typed = " Ada.Lovelace@Example.COM ";
    private readonly SessionEntity session =
        new(new string('a', 32), Guid.CreateVersion7().ToString("N")) { Created = TimeProvider.System.GetUtcNow() };
    private readonly string nonce = VerificationCodes.NewNonce();
    private readonly string key = EmailAddress.KeyOf("ada@example.com");
    private readonly string access;

    public Parts()
    {
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = Options.Create(new TokenOptions
        {
            SigningKey = signing.ExportPkcs8PrivateKeyPem(),
            Issuer = "https://example.com/api",
            Audience = "example",
        });
        tokens = new AccessTokens(new SigningKeys(options), options, TimeProvider.System);
        access = tokens.Issue(account, session);
    }

    public static void Run(string[] args) => BenchmarkSwitcher.FromTypes([typeof(Parts)]).Run([.. args, "--filter", "*"]);

    [Benchmark]
    public byte[] Argon2Vector() => engines[0].Derive(Password, Hash);

    /// <summary>Two hashes on two threads.</summary>
    [Benchmark]
    public void Argon2VectorTwice() => Parallel.Invoke(() => engines[0].Derive(Password, Hash), () => engines[0].Derive(Password, Hash));

    /// <inheritdoc cref="Argon2VectorTwice"/>
    [Benchmark]
    public void Argon2SodiumTwice() => Parallel.Invoke(() => engines[1].Derive(Password, Hash), () => engines[1].Derive(Password, Hash));

    [Benchmark]
    public byte[] Argon2Sodium() => engines[1].Derive(Password, Hash);

    [Benchmark]
    public byte[] Argon2Konscious() => engines[2].Derive(Password, Hash);

    [Benchmark]
    public string DeriveCode() => codes.Derive(CodePurpose.Reset, key, nonce);

    [Benchmark]
    public string IssueAccessToken() => tokens.Issue(account, session);

    [Benchmark]
    public Task<AccessClaims?> ValidateAccessToken() => tokens.ValidateAsync(access);

    [Benchmark]
    public bool ParseAddress() => EmailAddress.TryParse(typed, out _);

    [Benchmark]
    public LoginRequest? ReadRequest() => JsonSerializer.Deserialize(request, AccountJson.Default.LoginRequest);

    [Benchmark]
    public byte[] WriteReply() => JsonSerializer.SerializeToUtf8Bytes(UserReply.From(account), AccountJson.Default.UserReply);
}
