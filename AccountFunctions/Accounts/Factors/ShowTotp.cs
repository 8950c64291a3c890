using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record TotpReply(
    [Field("Since when the account has an authenticator app; null: it has none.", Example = "2026-11-23T12:00:00Z")] DateTime? Since,
    [Field("How many recovery codes are left.", Example = 10)] int RecoveryCodesLeft)
{
    public static TotpReply From(AccountEntity account, TotpEntity? totp) => account.SecondFactorSince is { } since && totp is not null
        ? new TotpReply(since.UtcDateTime, TotpSecrets.RecoveryCodes - totp.UsedRecoveryCodes.Count)
        : new TotpReply(null, 0);
}

/// <summary>Whether the caller's account has a second factor.</summary>
[Operation("Show the second factor", Description = "Whether the account has an authenticator app, and how many recovery codes are left.")]
public sealed class ShowTotp(AccountStore accounts)
{
    public async Task<Result<TotpReply>> HandleAsync(Caller caller, CancellationToken cancellationToken) =>
        TotpReply.From(caller.Account, (await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken)).Totp);
}
