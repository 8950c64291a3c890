using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Accounts.Identities;

public sealed record LinkIdentityRequest(
    [Field("The provider of the ID token, by its name in the settings of the deployment.", Example = "google")]
    Member<string> Provider = default,
    [Field("The ID token of the identity to link.", Nullable = true, Example = ExternalLogins.TokenExample)]
    Member<string> IdToken = default,
    [Field("The `nonce` that the client sent to the provider, if it did.", Nullable = true, Example = "n-0S6_WzA2Mj")]
    Member<string> Nonce = default,
    [Field("Instead of an ID token, as in `login/external`: `login_code` that the browser brought back.", Nullable = true,
        Example = TokenReplies.DeviceExample)]
    Member<string> LoginCode = default,
    [Field("The verifier whose SHA-256 was `code_challenge`, for `login_code`.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Verifier = default) : ConfirmedRequest;

/// <summary>
/// Links an identity at another provider to the caller's account. It stays a way in until it is unlinked, so a thief with an access token
/// must not add one: the caller proves again who it is.
/// </summary>
[Operation(
    "Link an identity",
    Description = "From now on, the identity signs in to this account. Its address need not be the account's, nor verified. An account has "
        + "at most one identity of each provider. The owner gets a mail. Repeating the call with an ID token gets the same answer.",
    Refusals = [nameof(Problem.InvalidCode), nameof(Problem.IdentityTaken)])]
public sealed class LinkIdentity(
    AccountStore accounts,
    CallerConfirmation confirmation,
    ExternalLogins logins,
    IdentityLinks links,
    TimeProvider time)
{
    public async Task<Result<IdentityReply>> HandleAsync(LinkIdentityRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var confirmed = confirmation.Read(errors, request);
        var members = new ExternalMembers(request.Provider, request.IdToken, request.Nonce, request.LoginCode, request.Verifier);
        var found = await logins.FindAsync(errors, members, visitor: null, cancellationToken);
        if (found.IsRefused || confirmed is null)
        {
            return found.IsRefused ? found.Problem : errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var plan = IdentityLinks.Plan(caller.Account.Id, found.Reply.Identity, caller.Actor, now);
        var linked = (await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken)).FindIdentity(plan.Provider);
        var isRepeatable = linked?.Name == plan.Name && linked.SessionId == caller.SessionId && now < linked.Created + Lifetimes.Repeat;
        var passed = await confirmation.ConfirmAsync(
            caller, confirmed, cancellationToken, isRepeatable ? SignInIntent.Repeat : SignInIntent.Confirm);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        if (found.Reply.SettleAsync is { } settle && await settle(SignInOutcome.Succeeded, cancellationToken) is { } used)
        {
            return used;
        }

        var planned = await accounts.ChangeAsync(
            caller.Request with { WithWaysIn = true }, partition => Begin(partition, plan, now), cancellationToken);
        if (planned.IsRefused || !planned.Reply.IsPlanned)
        {
            return planned.IsRefused ? planned.Problem : IdentityReply.From(planned.Reply);
        }

        var finished = await links.FinishAsync(caller.Account.Id, plan.Provider, plan.Name, cancellationToken);
        return finished.IsRefused ? finished.Problem : IdentityReply.From(planned.Reply);
    }

    private static Result<IdentityEntity> Begin(AccountPartition partition, IdentityEntity plan, DateTimeOffset now)
    {
        var current = partition.WaysIn.FindIdentity(plan.Provider);
        if (current?.Name == plan.Name)
        {
            return current;
        }

        if (current is { IsPlanned: false })
        {
            return Problem.IdentityTaken;
        }

        if (current is not null)
        {
            partition.Enqueue(new AddressRelease(partition.Key, current.Name, now + Retention.Request));
        }

        plan.Replace(current);
        partition.Save(plan);
        partition.Enqueue(IdentityLinks.Follow(partition.Key, plan.Provider, now));
        return plan;
    }
}
