using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>A name that an account is going to have: a row of the account says so until the account has it.</summary>
/// <param name="Name">The partition of table <c>Addresses</c> that the name's claim is in: of an address, its key.</param>
/// <param name="Id">Tells the plan from a later one for the same name.</param>
public sealed record NamePlan(string Name, string Id)
{
    /// <summary>Fills in the claim, given the one on the account's address.</summary>
    public required Action<ClaimEntity, ClaimEntity?> Prepare { get; init; }

    /// <summary>Gives the account the name, in the account's change. False: it may not have the name any more.</summary>
    public required Func<AccountPartition, bool> TryApply { get; init; }

    /// <summary>Ends the plan where the account cannot have the name.</summary>
    public required Action<AccountPartition> Cancel { get; init; }
}
