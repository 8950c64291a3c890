using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Storage.Names;

/// <summary>Which address a change is for. All its rows are read.</summary>
/// <param name="Key"><see cref="EmailAddress.Key"/>.</param>
public sealed record AddressRequest(string Key)
{
    /// <summary>The rows, if they are known already: the first decision is made on them.</summary>
    public AddressPartition? Loaded { get; init; }

    /// <inheritdoc cref="AccountRequest.Admission"/>
    public Task<Problem?>? Admission { get; init; }

    /// <summary>A change of what is loaded already.</summary>
    public static AddressRequest Of(AddressPartition loaded) => new(loaded.Key) { Loaded = loaded };
}
