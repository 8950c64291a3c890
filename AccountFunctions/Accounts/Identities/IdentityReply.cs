using AccountFunctions.Contract.Description;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Identities;

public sealed record IdentityReply(
    [Field("The provider, by its name in the settings of the deployment.", Example = "google")] string Provider,
    [Field("The address that the provider told when the identity was linked; it need not be the account's.", Example = "ada@example.com")]
    string? Email,
    [Field("When it was linked.", Example = "2026-11-23T12:00:00Z")] DateTime Created)
{
    public static IdentityReply From(IdentityEntity row) => new(row.Provider, row.Email, row.Created.UtcDateTime);
}
