using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Identities;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// Proves an account by an identity at another provider. Its signature cannot be guessed, so failed passwords of strangers do not delay it.
/// It is one factor, whatever the provider asked for: the account's own second factor is still asked for.
/// </summary>
public sealed class ExternalProver(
    ExternalAccounts identities,
    IdTokens tokens,
    AddressStore addresses,
    AccountStore accounts,
    CallerAttempts callers,
    SignInThrottle throttle,
    TimeProvider time)
{
    // The user must have signed in at the provider for this change.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>Proves the account of an identity, which it makes if the identity is new.</summary>
    public async Task<Result<Proof>> ProveAsync(
        ExternalLogin login, DeviceSecret? secret, Visitor visitor, CancellationToken cancellationToken)
    {
        var found = await identities.FindOrCreateAsync(login.Identity, visitor, time.GetUtcNow(), cancellationToken);
        if (found.IsRefused)
        {
            return found.Problem;
        }

        var account = found.Reply;
        var attempt = throttle.Begin(account.AddressKey, secret?.Hash);
        return await Proof.RunAsync(attempt, null, async () =>
        {
            var listing = accounts.ListEndsAsync(account.Id, cancellationToken);
            var loading = addresses.LoadAsync(account.AddressKey, cancellationToken);
            var device = secret is null ? null : await accounts.FindDeviceAsync(account.Id, secret.Hash, cancellationToken);
            device = device.IfGoodFor(account, time.GetUtcNow());
            return new Proof(new SignInCounter(await loading, device, attempt), visitor.Actor)
            {
                Account = account,
                Method = SessionEntity.ExternalMethod,
                DeviceSecret = device is null ? null : secret,
                SignIns = await listing,
                SettleAsync = login.SettleAsync,
            };
        });
    }

    /// <summary>Proves that a caller whose account has no password is still the user who signed in.</summary>
    public async Task<Result<Proof>> ProveAsync(Caller caller, ExternalConfirmation shown, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        if (account.Credential is not null)
        {
            // A thief who holds the identity as well as the session must not change what the password protects.
            return Problem.InvalidPassword;
        }

        var validated = await tokens.ValidateAsync(shown.Provider, shown.IdToken, shown.Nonce, cancellationToken);
        if (validated.IsRefused)
        {
            return validated.Problem;
        }

        var identity = validated.Reply;
        var linked = (await accounts.ListWaysInAsync(account.Id, cancellationToken)).FindIdentity(identity.Provider);
        if (linked is not { IsPlanned: false }
            || linked.Name != IdentityEntity.NameOf(identity.Issuer, identity.Subject)
            || time.GetUtcNow() > identity.Authenticated + Fresh)
        {
            return Problem.InvalidIdToken;
        }

        return await callers.RunAsync(
            caller,
            place: null,
            counter => Task.FromResult<Result<Proof>>(
                new Proof(counter, caller.Actor) { Account = account, Method = SessionEntity.ExternalMethod }),
            cancellationToken);
    }
}

/// <summary>A fresh ID token with which a caller proves itself again.</summary>
/// <param name="Nonce">Null if the client sent none.</param>
public sealed record ExternalConfirmation(string Provider, string IdToken, string? Nonce);
