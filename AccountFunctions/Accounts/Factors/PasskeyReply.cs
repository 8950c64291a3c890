using System.Buffers.Text;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record PasskeyReply(
    [Field("The id of the passkey, for renaming and removing it.", Example = PasskeyReply.IdExample)] string Id,
    [Field("What the owner calls it.", Example = "Ada's phone")] string Name,
    [Field("When it was added.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When it was last used, or added.", Example = "2026-11-23T12:15:00Z")] DateTime LastUsed,
    [Field("Whether the authenticator has copied it to other devices.", Example = true)] bool BackedUp,
    [Field("Its id at the authenticator, for `PublicKeyCredential.signalUnknownCredential` after it was removed.",
        Example = "q83vEjRWeJCrze8SNFZ4kA")]
    string CredentialId,
    [Field("The host name that it works for, for the same and for `signalAllAcceptedCredentials`.", Example = "example.com")] string RpId,
    [Field("What stands for the account at the authenticator, for `signalAllAcceptedCredentials`.", Example = "AZOl8MGofS6bPE1eb3CBkg")]
    string UserId)
{
    private const string IdExample = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    public static PasskeyReply From(PasskeyEntity row, string relyingPartyId) => new(
        row.Id,
        row.Name,
        row.Created.UtcDateTime,
        row.LastUsed.UtcDateTime,
        row.IsBackedUp,
        row.CredentialId,
        relyingPartyId,
        Base64Url.EncodeToString(PasskeyCredential.HandleOf(row.PartitionKey)));
}
