using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// Proves an account by a mailed code. Every try costs the same reads and one conditional write before it is answered, whether or not there
/// is an account. The code's own tries bound the guesses, so failed passwords of strangers do not delay its owner.
/// </summary>
public sealed class CodeProver(
    AddressStore addresses,
    AccountStore accounts,
    CodeLanes lanes,
    VerificationCodes codes,
    SignInThrottle throttle,
    TimeProvider time)
{
    /// <summary>Reads what a visitor sends to sign in; null if a field is invalid.</summary>
    public CodeClaim? Read(FieldErrors errors, Member<string> username, Member<string> code, Member<string> device)
    {
        var address = errors.RequiredAddress("username", username);
        var typed = errors.RequiredCode("code", code, codes.Digits);
        var secret = Devices.Read(errors, device);
        return address is null || typed is null || errors.Any ? null : new CodeClaim(address, typed, secret);
    }

    /// <summary>Proves the account of an address.</summary>
    public Task<Result<Proof>> ProveAsync(CodeClaim claim, Visitor visitor, CancellationToken cancellationToken)
    {
        var attempt = throttle.Begin(claim.Address.Key, claim.Device?.Hash);
        return Proof.RunAsync(attempt, place: null, () => ProveAsync(claim, attempt, visitor, cancellationToken));
    }

    private async Task<Result<Proof>> ProveAsync(
        CodeClaim claim, SignInAttempt attempt, Visitor visitor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await addresses.ChangeAsync<Proof>(
            new AddressRequest(claim.Address.Key) { Admission = visitor.Admission },
            async partition =>
            {
                var finding = accounts.FindAsync(partition.AccountId, cancellationToken);
                var listing = accounts.ListEndsAsync(partition.AccountId, cancellationToken);
                var device = await lanes.FindDeviceAsync(partition, claim.Device, cancellationToken);
                var (account, signIns) = (await finding, await listing);
                var open = partition.CodesToTry(CodeUse.SignIn, device, now);
                if (account?.AddressKey != partition.Key || Find(open, claim.Code) is not { } row)
                {
                    partition.CountTry(open);
                    return Problem.InvalidCode;
                }

                // It costs no try, but is written, so that of parallel tries each counts before it is answered.
                partition.Save(row);
                return new Proof(new SignInCounter(partition, device, attempt), visitor.Actor)
                {
                    Account = account,
                    Method = SessionEntity.MailMethod,
                    DeviceSecret = device is null ? null : claim.Device,
                    SignIns = signIns,
                    SettleAsync = (outcome, stop) => SettleAsync(partition, row, outcome, stop),
                };
            },
            cancellationToken);
    }

    private async Task<Problem?> SettleAsync(
        AddressPartition loaded, MailedCodeEntity proved, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is SignInOutcome.Neutral)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var nonce = proved.Nonce;
        var settled = await addresses.ChangeAsync<Success>(
            AddressRequest.Of(loaded),
            partition =>
            {
                if (partition.Codes.FirstOrDefault(row => row.Use is CodeUse.SignIn && row.Nonce == nonce) is not { } row
                    || !row.IsLive(now))
                {
                    return Problem.InvalidCode;
                }

                if (outcome is SignInOutcome.Failed)
                {
                    partition.CountTry([row]);
                    return Success.Done;
                }

                partition.VoidCodes(now, CodeUse.SignIn);
                return Success.Done;
            },
            cancellationToken);
        return settled.Problem;
    }

    private MailedCodeEntity? Find(IReadOnlyList<MailedCodeEntity> open, string code) =>
        open.FirstOrDefault(row => codes.Matches(code, CodePurpose.SignIn, row.PartitionKey, row.Nonce));
}

/// <summary>The mailed code that a visitor sends to sign in.</summary>
/// <param name="Device">The device secret that the client sent; null if none.</param>
public sealed record CodeClaim(EmailAddress Address, string Code, DeviceSecret? Device);
