using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// The second factor of accounts that have one: a code of an authenticator app, or a recovery code. A conditional write uses up each of
/// them before it takes effect, so none works twice on any instance.
/// </summary>
public sealed class SecondFactor(AccountStore accounts, TotpSecrets secrets, IOptions<FactorOptions> options, TimeProvider time)
{
    private readonly TimeSpan trust = TimeSpan.FromDays(options.Value.TrustDevices);

    /// <summary>Reads <c>otp</c>; null if the client sent none, or an invalid one.</summary>
    public static string? Read(FieldErrors errors, Member<string> otp) =>
        errors.OptionalCode("otp", otp, TotpSecrets.Digits, TotpSecrets.RecoveryCodeLength);

    /// <summary>Whether a proof needs the second factor. A client that proved it before may be trusted to sign in without.</summary>
    public bool IsRequired(Proof proof, AccountEntity account, SignInIntent intent) =>
        account.SecondFactorSince is { } since
        && !proof.HasBothFactors
        && !(intent is SignInIntent.SignIn && proof.Counter.Device is { } device && IsTrusted(device, since));

    /// <summary>Uses up a code; <c>invalid_otp</c> if it is wrong or was used before.</summary>
    public Task<Result<FactorUse>> UseAsync(
        Proof proof, AccountEntity account, string otp, SignInIntent intent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = new AccountRequest(account.Id) { Account = account, WithWaysIn = true, Otherwise = Problem.InvalidOtp };
        return accounts.ChangeAsync<FactorUse>(
            request,
            partition => partition.WaysIn.Totp is not { RecoveryNonce: not null } totp ? Problem.InvalidOtp
                : otp.Length == TotpSecrets.Digits ? UseStep(partition, totp, otp, SessionOf(proof, intent), intent)
                : UseRecoveryCode(partition, totp, otp, proof.Actor, now),
            cancellationToken);
    }

    private static string? SessionOf(Proof proof, SignInIntent intent) =>
        intent.IsConfirmation() ? proof.Actor.SessionId : null;

    private bool IsTrusted(DeviceEntity device, DateTimeOffset since) =>
        device.FactorProved >= since && time.GetUtcNow() < device.FactorProved + trust;

    private Result<FactorUse> UseStep(AccountPartition partition, TotpEntity totp, string otp, string? sessionId, SignInIntent intent)
    {
        if (secrets.FindStep(partition.Key, totp.Secret, otp) is not { } step)
        {
            return Problem.InvalidOtp;
        }

        if (step <= totp.LastStep)
        {
            // A session whose answer was lost sends its call again, with the same code.
            return intent is SignInIntent.Repeat && step == totp.LastStep && totp.LastStepBy == sessionId
                ? FactorUse.Repeated
                : Problem.InvalidOtp;
        }

        (totp.LastStep, totp.LastStepBy) = (step, sessionId);
        totp.Secret = secrets.Reseal(partition.Key, totp.Secret) ?? totp.Secret;
        partition.Save(totp);
        return FactorUse.First;
    }

    private Result<FactorUse> UseRecoveryCode(
        AccountPartition partition, TotpEntity totp, string code, Actor actor, DateTimeOffset now)
    {
        if (secrets.FindRecoveryCode(partition.Key, totp.RecoveryNonce ?? "", code) is not { } place
            || totp.UsedRecoveryCodes.Contains(place))
        {
            return Problem.InvalidOtp;
        }

        totp.UsedRecoveryCodes = [.. totp.UsedRecoveryCodes, place];
        partition.Save(totp);
        partition.Record(Act.RecoveryCodeUsed, actor, now);
        return FactorUse.First;
    }
}

/// <summary>How a second factor was accepted.</summary>
public enum FactorUse
{
    First,

    /// <summary>The same session used the code for the same call before.</summary>
    Repeated,
}
