using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// Proves an account by an assertion of one of its passkeys (WebAuthn Level 3 §7.2). It counts as both factors, because the authenticator
/// has checked its user. It cannot be guessed, so the throttle neither counts nor delays it. Everything that is wrong with an assertion
/// gets one and the same answer, after the same reads.
/// </summary>
public sealed class PasskeyProver(
    AddressStore addresses,
    AccountStore accounts,
    PasskeyCeremonies ceremonies,
    PasskeyChallenges challenges,
    PasskeyCounters counters,
    CallerAttempts callers,
    SignInThrottle throttle,
    TimeProvider time)
{
    /// <summary>Reads an assertion; null if a field is missing or of the wrong type.</summary>
    public static PasskeyClaim? Read(FieldErrors errors, Member<string> state, Member<JsonElement> credential)
    {
        var text = errors.Required("state", state);
        var element = errors.Required("credential", credential);
        return text is null || element is null ? null : new PasskeyClaim(text, PasskeyCredential.Read(element.Value));
    }

    /// <summary>Proves the account that the authenticator names.</summary>
    /// <param name="device">The device secret that the client sent; null if none.</param>
    public async Task<Result<Proof>> ProveAsync(
        PasskeyClaim claim, DeviceSecret? device, Visitor visitor, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn
            || claim.Credential is not { AccountId: { } accountId } credential
            || challenges.Open(claim.State, PasskeyPurpose.SignIn, null) is not { } challenge)
        {
            return Problem.InvalidCredential;
        }

        // The reads run in parallel.
        var finding = accounts.FindAsync(accountId, cancellationToken);
        var findingDevice = device is null ? null : accounts.FindDeviceAsync(accountId, device.Hash, cancellationToken);
        var passkey = await accounts.FindPasskeyAsync(accountId, credential.RowId, cancellationToken);
        var (account, known) = (await finding, findingDevice is null ? null : await findingDevice);
        if (await visitor.Admission is { } notAdmitted)
        {
            return notAdmitted;
        }

        var now = time.GetUtcNow();
        if (account is null || account.StateAt(now) is AccountState.Gone || passkey is null
            || await ceremonies.AssertAsync(credential, challenge, passkey, cancellationToken) is not { } use)
        {
            return Problem.InvalidCredential;
        }

        known = known.IfGoodFor(account, now);
        var attempt = throttle.Begin(account.AddressKey, known?.Hash);
        return await Proof.RunAsync(attempt, null, async () =>
        {
            var listing = accounts.ListEndsAsync(account.Id, cancellationToken);
            var address = await addresses.LoadAsync(account.AddressKey, cancellationToken);
            return new Proof(new SignInCounter(address, known, attempt), visitor.Actor)
            {
                Account = account,
                Method = SessionEntity.PasskeyMethod,
                HasBothFactors = true,
                DeviceSecret = known is null ? null : device,
                SignIns = await listing,
                SettleAsync = (outcome, stop) => counters.SettleAsync(
                    new PasskeyAssertion(challenge, account, passkey, use, visitor.Actor), outcome, stop),
            };
        });
    }

    /// <summary>Proves that the caller is still the user who signed in, by a passkey of the caller's account and no other.</summary>
    public async Task<Result<Proof>> ProveAsync(
        Caller caller, PasskeyClaim claim, SignInIntent intent, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        if (!ceremonies.AreOn
            || claim.Credential is not { } credential
            || (credential.UserHandle is not null && credential.AccountId != account.Id)
            || challenges.Open(claim.State, PasskeyPurpose.Confirm, account.Id) is not { } challenge)
        {
            return Problem.InvalidCredential;
        }

        var finding = accounts.FindPasskeyAsync(account.Id, credential.RowId, cancellationToken);
        return await callers.RunAsync(caller, place: null, async counter =>
        {
            if (await finding is not { } passkey
                || await ceremonies.AssertAsync(credential, challenge, passkey, cancellationToken) is not { } use)
            {
                return Problem.InvalidCredential;
            }

            // A session whose answer was lost sends its call again, with the same assertion.
            var isRepeat = intent is SignInIntent.Repeat
                && await challenges.IsUsedByAsync(challenge, caller.SessionId, cancellationToken);
            var assertion = new PasskeyAssertion(challenge, account, passkey, use, caller.Actor);
            return new Proof(counter, caller.Actor)
            {
                Account = account,
                Method = SessionEntity.PasskeyMethod,
                HasBothFactors = true,
                IsRepeat = isRepeat,
                SettleAsync = isRepeat ? null : (outcome, stop) => counters.SettleAsync(assertion, outcome, stop),
            };
        }, cancellationToken);
    }
}

/// <summary>An assertion that a client sent.</summary>
/// <param name="Credential">Null if it is malformed.</param>
public sealed record PasskeyClaim(string State, PasskeyCredential? Credential);
