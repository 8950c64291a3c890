using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Security;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Benchmarks.Micro;

/// <summary>The parts that requests are made of: <c>micro</c>.</summary>
[MemoryDiagnoser]
public class Parts
{
    private static readonly byte[] Password = "blue tractor 77"u8.ToArray();
    private static readonly Argon2Hash Hash = new(19456, 2, 1, new byte[16], new byte[32]);
    private readonly SodiumArgon2 sodium = new();
    private readonly KonsciousArgon2 konscious = new();
    private readonly VerificationCodes codes = new(Options.Create(new CodeOptions { Key = Convert.ToBase64String(new byte[32]) }));
    private readonly byte[] request = """{"username":"ada@example.com","password":"blue tractor 77"}"""u8.ToArray();
    private readonly string typed = " Ada.Lovelace@Example.COM ";
    private readonly string nonce = VerificationCodes.NewNonce();
    private readonly string key = EmailAddress.KeyOf("ada@example.com");

    [Benchmark]
    public byte[] Argon2Sodium() => sodium.Derive(Password, Hash);

    [Benchmark]
    public byte[] Argon2Konscious() => konscious.Derive(Password, Hash);

    [Benchmark]
    public string DeriveCode() => codes.Derive(CodePurpose.Reset, key, nonce);

    [Benchmark]
    public bool ParseAddress() => EmailAddress.TryParse(typed, out _);

    [Benchmark]
    public LoginRequest? ReadRequest() => JsonSerializer.Deserialize(request, AccountJson.Default.LoginRequest);
}
