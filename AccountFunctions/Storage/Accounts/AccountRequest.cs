using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// The rows of an account that a change needs, and the version and state of the account that it is for. The caller can pass rows that it
/// has already read; the first decision uses them, and only the other rows are read.
/// </summary>
public sealed record AccountRequest(string AccountId)
{
    /// <summary>
    /// A change for the holder of an access token: refused if the token's version is void, or if the account's state allows no calls.
    /// </summary>
    /// <param name="account">The account as read for this request.</param>
    public static AccountRequest ForOwner(AccountEntity account) => new(account.Id)
    {
        Account = account,
        Version = account.Version,
        Allows = AccountStates.AllowsCalls,
        Otherwise = Problem.TokenNotValid,
    };

    /// <summary>A change of a session that was read, or that is assumed to exist.</summary>
    public AccountRequest WithSession(SessionEntity session) => this with { SessionId = session.Id, Session = session };

    /// <summary>The account, if it was already read.</summary>
    public AccountEntity? Account { get; init; }

    /// <summary>False if the change only needs other rows.</summary>
    public bool WithAccount { get; init; } = true;

    /// <summary>The session that the change needs; null: none.</summary>
    public string? SessionId { get; init; }

    public SessionEntity? Session { get; private init; }

    /// <summary>A change of a passkey that was read.</summary>
    public AccountRequest WithPasskey(PasskeyEntity passkey) => this with { PasskeyId = passkey.Id, Passkey = passkey };

    /// <summary>The passkey that the change needs; null: none.</summary>
    public string? PasskeyId { get; init; }

    public PasskeyEntity? Passkey { get; private init; }

    /// <summary>True: the change needs the row of a change of address.</summary>
    public bool WithEmailChange { get; init; }

    /// <summary>True: the change needs the second factor, the passkeys or the identities.</summary>
    public bool WithWaysIn { get; init; }

    /// <summary>The device, if the change needs one.</summary>
    public DeviceEntity? Device { get; init; }

    /// <summary>The result of <see cref="AccountStore.ListEndsAsync"/>, if the change needs it.</summary>
    public SignIns? SignIns { get; init; }

    /// <summary>The verdict of the network throttle, which runs while the rows load. No decision is made before it arrives.</summary>
    public Task<Problem?>? Admission { get; init; }

    /// <summary>The version that the account must have; null: any version.</summary>
    public int? Version { get; init; }

    /// <summary>The states that allow the change; null: any state.</summary>
    public Predicate<AccountState>? Allows { get; init; }

    /// <summary>The answer if there is no such account in such a state.</summary>
    public Problem Otherwise { get; init; } = Problem.NotFound;

    /// <summary>The one place that checks an account's version and state before a change.</summary>
    internal bool Admits(AccountPartition partition, DateTimeOffset now) =>
        !WithAccount
        || (partition.HasAccount
            && (Version is null || partition.Account.Version == Version)
            && (Allows is null || Allows(partition.Account.StateAt(now))));
}
