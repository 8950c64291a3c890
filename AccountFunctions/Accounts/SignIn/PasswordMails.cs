using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Mails codes that set a password to owners who have not requested one, because their accounts have none.</summary>
public sealed class PasswordMails(VerificationCodes codes, MailThrottle throttle)
{
    /// <param name="life">The purpose whose codes live as long.</param>
    public void MailCode(AddressPartition partition, CodePurpose life, DateTimeOffset now)
    {
        var code = partition.NewCode(CodeUse.Reset);
        codes.Issue(code, life, now);
        partition.Save(code);

        // Send this mail even beyond the cap. Strangers may have used up the cap, but they cannot redeem a code.
        throttle.Count(partition.Guard, now, isNotice: true);
        partition.Enqueue(new EmailJob(MailKind.Code, partition.Key, Ids.New(now), now));
    }
}
