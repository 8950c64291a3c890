using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Which rows of an account a change wants, and which version and state of the account it is for. Rows that are known already are given;
/// the first decision is made on them, and what else is wanted is read.
/// </summary>
public sealed record AccountRequest(string AccountId)
{
    /// <summary>A change for the owner of an access token: dead with the token's version, and in a state that allows no calls.</summary>
    /// <param name="account">As it was read for this request.</param>
    public static AccountRequest ForOwner(AccountEntity account) => new(account.Id)
    {
        Account = account,
        Version = account.Version,
        Allows = AccountStates.AllowsCalls,
        Otherwise = Problem.TokenNotValid,
    };

    /// <summary>A change of a session that is known, or believed to be there.</summary>
    public AccountRequest WithSession(SessionEntity session) => this with { SessionId = session.Id, Session = session };

    /// <summary>The account, if it is known already.</summary>
    public AccountEntity? Account { get; init; }

    /// <summary>False where the change is about other rows alone.</summary>
    public bool WithAccount { get; init; } = true;

    /// <summary>The session that the change wants; null: none.</summary>
    public string? SessionId { get; init; }

    public SessionEntity? Session { get; private init; }

    /// <summary>Wants the change of the account's address.</summary>
    public bool WithEmailChange { get; init; }

    /// <summary>The device, if the change wants one.</summary>
    public DeviceEntity? Device { get; init; }

    /// <summary><see cref="AccountStore.ListEndsAsync"/>, if the change wants them.</summary>
    public SignIns? SignIns { get; init; }

    /// <summary>The verdict of the network throttle: nothing is decided before it. It may be under way while the rows load.</summary>
    public Task<Problem?>? Admission { get; init; }

    /// <summary>The version that the account must have; null: any.</summary>
    public int? Version { get; init; }

    /// <summary>The states in which the change may be made; null: any.</summary>
    public Predicate<AccountState>? Allows { get; init; }

    /// <summary>The answer where there is no such account in such a state.</summary>
    public Problem Otherwise { get; init; } = Problem.NotFound;

    /// <summary>The one place that looks at version and state of an account before it is changed.</summary>
    internal bool Admits(AccountPartition partition, DateTimeOffset now) =>
        !WithAccount
        || (partition.HasAccount
            && (Version is null || partition.Account.Version == Version)
            && (Allows is null || Allows(partition.Account.StateAt(now))));
}
