using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Factors;

public sealed record AddPasskeyRequest(
    [Field("`state` of the options.", Required = true, Example = PasskeyRequestReply.StateExample)] Member<string> State = default,
    [Field("What the browser returned, as `PublicKeyCredential.toJSON()` writes it.", Kind = FieldKind.Passkey, Required = true)]
    Member<JsonElement> Credential = default,
    [Field("What the owner calls it.", MaxLength = PasskeyNames.MaxLength, Nullable = true, Example = "Ada's phone")]
    Member<string> Name = default);

/// <summary>
/// Adds a passkey to the caller's account (WebAuthn Level 3 §7.1). The challenge is proof that the caller confirmed it a moment ago.
/// </summary>
[Operation(
    "Add a passkey",
    Description = "Stores the passkey that the browser made with the options of `passkeys/options`. The owner gets a mail. Repeating the "
        + "call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.NotFound), nameof(Problem.InvalidCredential), nameof(Problem.TooMany)])]
public sealed partial class AddPasskey(
    AccountStore accounts,
    RecentActs recent,
    PasskeyCeremonies ceremonies,
    PasskeyChallenges challenges,
    TimeProvider time,
    ILogger<AddPasskey> logger)
{
    private const int MaxPasskeys = 20;

    public async Task<Result<PasskeyReply>> HandleAsync(AddPasskeyRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var errors = new FieldErrors();
        var state = errors.Required("state", request.State);
        var element = errors.Required("credential", request.Credential);
        var name = PasskeyNames.ReadOptional(errors, request.Name);
        if (state is null || element is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var id = caller.Account.Id;
        if (challenges.Open(state, PasskeyPurpose.Register, PasskeyChallenges.RegistrationOf(caller.Account)) is not { } challenge
            || PasskeyCredential.Read(element.Value) is not { } credential
            || await ceremonies.RegisterAsync(credential, challenge, id, cancellationToken) is not { } made)
        {
            return Problem.InvalidCredential;
        }

        var now = time.GetUtcNow();
        var waysIn = await accounts.ListWaysInAsync(id, cancellationToken);
        if (waysIn.Passkeys.FirstOrDefault(known => known.Id == credential.RowId) is { } same)
        {
            // A client whose answer was lost may repeat its call.
            return same.Challenge == challenge.Id && now < same.Created + Lifetimes.Repeat
                ? PasskeyReply.From(same, ceremonies.RelyingPartyId)
                : Problem.InvalidCredential;
        }

        if (waysIn.Passkeys.Count >= MaxPasskeys && challenges.IsGood(challenge))
        {
            return Problem.TooMany;
        }

        // If the process died before it stored the passkey, the client's repeated call does, because the authenticator has made it already.
        var key = Convert.ToHexStringLower(SHA256.HashData(made.PublicKey));
        return await challenges.TryUseAsync(challenge, key, cancellationToken)
            || (await challenges.IsUsedByAsync(challenge, key, cancellationToken) && !await IsRemovedAsync())
            ? await StoreAsync(caller, NewRow(id, credential, made, challenge, name, now), cancellationToken)
            : Problem.InvalidCredential;

        Task<bool> IsRemovedAsync() =>
            recent.HaveAsync(id, Act.PasskeyRemoved, removed => removed.Detail == credential.RowId, now, cancellationToken);
    }

    private async Task<Result<PasskeyReply>> StoreAsync(Caller caller, PasskeyEntity row, CancellationToken cancellationToken)
    {
        var added = await accounts.ChangeAsync<PasskeyEntity>(
            caller.Request with { WithWaysIn = true },
            partition =>
            {
                if (partition.WaysIn.Passkeys.FirstOrDefault(known => known.Id == row.Id) is { } same)
                {
                    // The client has sent its call twice at once.
                    return same.Challenge == row.Challenge ? same : Problem.InvalidCredential;
                }

                if (partition.WaysIn.Passkeys.Count >= MaxPasskeys)
                {
                    return Problem.TooMany;
                }

                // The account's row makes parallel additions lose the race, so that they see each other's passkeys.
                partition.Save(partition.Account);
                partition.Insert(row);
                partition.Record(Act.PasskeyAdded, caller.Actor, row.Created, row.Id);
                return row;
            },
            cancellationToken);
        if (added.IsRefused)
        {
            return added.Problem;
        }

        LogAdded(caller.Account.Id);
        return PasskeyReply.From(added.Reply, ceremonies.RelyingPartyId);
    }

    private static PasskeyEntity NewRow(
        string accountId, PasskeyCredential credential, NewPasskey made, PasskeyChallenge challenge, string? name, DateTimeOffset now) =>
        new(accountId, credential.RowId)
        {
            CredentialId = Base64Url.EncodeToString(credential.Id),
            PublicKey = Base64Url.EncodeToString(made.PublicKey),
            Counter = made.Counter,
            IsBackupEligible = made.IsBackupEligible,
            IsBackedUp = made.IsBackedUp,
            Transports = credential.Transports,
            Aaguid = made.Aaguid.ToString(),
            Name = name ?? PasskeyNames.Default,
            Created = now,
            LastUsed = now,
            Challenge = challenge.Id,
        };

    [LoggerMessage(LogLevel.Information, "Account {AccountId} has a new passkey.")]
    private partial void LogAdded(string accountId);
}
