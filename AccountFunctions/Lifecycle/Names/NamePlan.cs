using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>A name that an account is about to get. A row of the account holds the plan until then.</summary>
/// <param name="Name">The partition of table <c>Addresses</c> with the name's claim; for an address, its key.</param>
/// <param name="Id">Distinguishes the plan from a later one for the same name.</param>
public sealed record NamePlan(string Name, string Id)
{
    /// <summary>
    /// Whether only an account that its address leads to may have the name. One that does not may be left over from an interrupted request.
    /// </summary>
    public bool NeedsReachable { get; init; }

    /// <summary>Fills in the claim from the claim on the account's address.</summary>
    public required Action<ClaimEntity, ClaimEntity?> Prepare { get; init; }

    /// <summary>Whether the account has the name already, or still plans to have it.</summary>
    public required Predicate<AccountPartition> IsDone { get; init; }

    /// <summary>Gives the account the name, in the account's change. False if it may no longer have the name.</summary>
    public required Func<AccountPartition, bool> TryApply { get; init; }

    /// <summary>Ends the plan if the account cannot have the name.</summary>
    public required Action<AccountPartition> Cancel { get; init; }
}
