using AccountFunctions.Contract;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>A reset that a redeemed code has decided on.</summary>
/// <param name="Time">When the code was redeemed. A repeated call finishes the reset of this moment, if it was cut off.</param>
/// <param name="Notify">False if the address has had as many mails as it may.</param>
public sealed record Reset(string AccountId, Credential Credential, DateTimeOffset Time, bool Notify)
{
    public static Result<Reset> Of(AccountEntity account, ResetCodeEntity redeemed) => redeemed.Credential is { } credential
        ? new Reset(account.Id, credential, redeemed.Redeemed, redeemed.Notify)
        : Problem.InvalidCode;
}
