using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record RenamePasskeyRequest(
    [Field("What the owner calls it.", MaxLength = PasskeyNames.MaxLength, Required = true, Example = "Ada's phone")]
    Member<string> Name = default);

/// <summary>Renames a passkey of the caller's account.</summary>
[Operation("Rename a passkey", Description = "The name is for the owner alone.", Refusals = [nameof(Problem.NotFound)])]
public sealed class RenamePasskey(AccountStore accounts, PasskeyCeremonies ceremonies, TimeProvider time)
{
    public async Task<Result<PasskeyReply>> HandleAsync(
        string passkeyId, RenamePasskeyRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var errors = new FieldErrors();
        if (PasskeyNames.ReadRequired(errors, request.Name) is not { } name)
        {
            return errors.ToProblem();
        }

        if (!PasskeyEntity.IsId(passkeyId))
        {
            return Problem.NotFound;
        }

        var now = time.GetUtcNow();
        return await accounts.ChangeAsync<PasskeyReply>(
            caller.Request with { PasskeyId = passkeyId },
            partition =>
            {
                if (partition.Passkey is not { } passkey)
                {
                    return Problem.NotFound;
                }

                if (passkey.Name != name)
                {
                    passkey.Name = name;
                    partition.Save(passkey);
                    partition.Record(Act.PasskeyRenamed, caller.Actor, now, passkey.Id);
                }

                return PasskeyReply.From(passkey, ceremonies.RelyingPartyId);
            },
            cancellationToken);
    }
}
