using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>code-email</c> of an account: the code mailed to the account's future address. After redemption, the row is the plan of the move,
/// which a housekeeping job finishes if the request cannot.
/// </summary>
public sealed class EmailChangeEntity(TableEntity columns) : CodeRow(columns)
{
    public const string RowName = "code-email";

    public EmailChangeEntity(string accountId)
        : this(new TableEntity(accountId, RowName))
    {
    }

    /// <summary>The new address in its canonical form.</summary>
    public string Username { get => Get<string>(); set => Set(value); }

    /// <summary>The new address in the form for sending mail.</summary>
    public string Mailbox { get => Get<string>(); set => Set(value); }

    /// <summary>When the code was redeemed.</summary>
    public DateTimeOffset Redeemed { get => GetTime(); set => Set(value); }

    /// <summary>The session that redeemed it.</summary>
    public string? SessionId { get => GetText(); set => Set(value); }

    /// <summary>The name of the client that redeemed it.</summary>
    public string? Client { get => GetText(); set => Set(value); }

    /// <summary><see cref="EmailAddress.Key"/> of the new address.</summary>
    public string AddressKey => EmailAddress.KeyOf(Username);

    /// <summary>Whether the move is planned but not yet done.</summary>
    public bool IsUnderWay(AccountEntity account) => IsRedeemed && account.Username != Username;
}
