using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record BeginPasskeyRequest : ConfirmedRequest;

public sealed record BeginPasskeyReply(
    [Field("For `PublicKeyCredential.parseCreationOptionsFromJSON`.")] PasskeyCreationOptions Options,
    [Field("Send it back with the credential, within five minutes.", Example = PasskeyRequestReply.StateExample)] string State);

/// <summary>Begins to add a passkey to the caller's account. It writes nothing.</summary>
[Operation(
    "Begin to add a passkey",
    Description = "Returns the options for `navigator.credentials.create`. Send the result to `passkeys`.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed class BeginPasskey(AccountStore accounts, CallerConfirmation confirmation, PasskeyCeremonies ceremonies)
{
    public async Task<Result<BeginPasskeyReply>> HandleAsync(
        BeginPasskeyRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var errors = new FieldErrors();
        if (confirmation.Read(errors, request) is not { } confirmed)
        {
            return errors.ToProblem();
        }

        var passed = await confirmation.ConfirmAsync(caller, confirmed, cancellationToken);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        var (passkeys, account) = ((await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken)).Passkeys, caller.Account);
        var (options, state) = ceremonies.Create(account, passkeys);
        return new BeginPasskeyReply(options, state);
    }
}
