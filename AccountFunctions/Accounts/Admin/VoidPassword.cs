using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Admin;

/// <summary>
/// Voids the password of an account, and mails its owner a code to set another. The administrator learns neither.
/// </summary>
[Operation(
    "Void an account's password",
    Description = "Ends every session, and mails a code to set a password with `forgot`; it lives as long as one for an activation. "
        + "Other ways in stay. Repeating the call mails another code.",
    Refusals = [nameof(Problem.NotFound)],
    HasETag = true)]
public sealed class VoidPassword(AdministeredAccounts accounts, AddressStore addresses, PasswordMails mails, TimeProvider time)
{
    public async Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, Administrator administrator, CancellationToken cancellationToken)
    {
        var voided = await accounts.ChangeAsync(
            id,
            administrator,
            nameof(VoidPassword),
            (partition, now) =>
            {
                if (partition.Account.Credential is null)
                {
                    return Success.Done;
                }

                (partition.Account.Credential, partition.Account.PasswordChanged, partition.Account.PasswordChangedBy) = (null, now, null);
                partition.Account.Version++;
                partition.Save(partition.Account);
                partition.Record(Act.PasswordVoided, administrator.Actor, now);
                return Success.Done;
            },
            cancellationToken);
        if (voided.IsRefused)
        {
            return voided;
        }

        var key = EmailAddress.KeyOf(voided.Reply.Username);
        await addresses.ChangeAsync<Success>(
            new AddressRequest(key),
            partition =>
            {
                mails.MailCode(partition, CodePurpose.Activation, time.GetUtcNow());
                partition.Save(partition.Guard);
                return Success.Done;
            },
            cancellationToken);
        return voided;
    }
}
