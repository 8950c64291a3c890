using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Somebody who has passed <see cref="SignInGate"/>, which alone makes one. Sessions and changes that need proof take nothing else.</summary>
/// <param name="methods">How it was proved, as in <c>amr</c> (RFC 8176).</param>
public sealed class Passed(Proof proof, AccountEntity account, IReadOnlyList<string> methods)
{
    public AccountEntity Account { get; } = account;

    public IReadOnlyList<string> Methods { get; } = methods;

    /// <summary>The account's address, as it was read.</summary>
    public AddressPartition Address { get; } = proof.Counter.Address;

    /// <summary>The client's device; null if it has none that is good.</summary>
    public DeviceEntity? Device { get; } = proof.Counter.Device;

    /// <inheritdoc cref="Proof.DeviceSecret"/>
    public DeviceSecret? DeviceSecret { get; } = proof.DeviceSecret;

    /// <inheritdoc cref="Proof.SignIns"/>
    public SignIns SignIns { get; } = proof.SignIns;

    /// <inheritdoc cref="Proof.Rehash"/>
    public Func<CancellationToken, Task<Credential>>? Rehash { get; } = proof.Rehash;
}
