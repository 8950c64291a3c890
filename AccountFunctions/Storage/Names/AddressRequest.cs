using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Storage.Names;

/// <summary>The address that a change is for. The store reads all its rows.</summary>
/// <param name="Key"><see cref="EmailAddress.Key"/>.</param>
public sealed record AddressRequest(string Key)
{
    /// <summary>The rows, if they were already read; the first decision uses them.</summary>
    public AddressPartition? Loaded { get; init; }

    /// <inheritdoc cref="AccountRequest.Admission"/>
    public Task<Problem?>? Admission { get; init; }

    /// <summary>A change of rows that were already read.</summary>
    public static AddressRequest Of(AddressPartition loaded) => new(loaded.Key) { Loaded = loaded };
}
