using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Tests.Security;

/// <summary>The preferred engine, with a hook before each run.</summary>
internal sealed class HookedEngine : IArgon2Engine
{
    private readonly SodiumArgon2 inner = new();

    public Action? Before { get; set; }

    /// <summary>How many hashes have ended.</summary>
    public int Ended { get; private set; }

    public bool Supports(Argon2Hash hash) => inner.Supports(hash);

    public byte[] Derive(byte[] password, Argon2Hash hash)
    {
        Before?.Invoke();
        var derived = inner.Derive(password, hash);
        Ended++;
        return derived;
    }
}
