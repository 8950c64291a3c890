using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// Proof that a user passed <see cref="SignInGate"/>, which alone creates it. Sessions and sensitive changes accept nothing else.
/// </summary>
/// <param name="methods">How the user was authenticated, as in <c>amr</c> (RFC 8176).</param>
public sealed class Passed(Proof proof, AccountEntity account, IReadOnlyList<string> methods)
{
    public AccountEntity Account { get; } = account;

    public IReadOnlyList<string> Methods { get; } = methods;

    /// <summary>Whether this session passed before with the same code, see <see cref="SignInIntent.Repeat"/>.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>The account's address, as the prover read it.</summary>
    public AddressPartition Address { get; } = proof.Counter.Address;

    /// <summary>The client's device; null if it has no valid one.</summary>
    public DeviceEntity? Device { get; } = proof.Counter.Device;

    /// <inheritdoc cref="Proof.DeviceSecret"/>
    public DeviceSecret? DeviceSecret { get; } = proof.DeviceSecret;

    /// <inheritdoc cref="Proof.SignIns"/>
    public SignIns SignIns { get; } = proof.SignIns;

    /// <inheritdoc cref="Proof.Rehash"/>
    public Func<CancellationToken, Task<Credential>>? Rehash { get; } = proof.Rehash;
}
