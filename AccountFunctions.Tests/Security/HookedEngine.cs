using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Tests.Security;

/// <summary>The preferred engine, with a hook before each run.</summary>
internal sealed class HookedEngine : IArgon2Engine
{
    private readonly SodiumArgon2 inner = new();

    public Action? Before { get; set; }

    public bool Supports(Argon2Hash hash) => inner.Supports(hash);

    public byte[] Derive(byte[] password, Argon2Hash hash)
    {
        Before?.Invoke();
        return inner.Derive(password, hash);
    }
}
