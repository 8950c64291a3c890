using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>sign-ins</c> of an account: every sign-in saves it, so that of two at once the second sees the sessions and devices of the first,
/// and their numbers stay within their bounds.
/// </summary>
public sealed class SignInTurnEntity(TableEntity columns) : TableRow(columns)
{
    /// <summary>
    /// Sorts between <see cref="SessionEntity.RowPrefix"/> and <see cref="DeviceEntity.RowPrefix"/>, so one query reads all.
    /// </summary>
    public const string RowName = "sign-ins";

    public SignInTurnEntity(string accountId)
        : this(new TableEntity(accountId, RowName))
    {
    }
}
