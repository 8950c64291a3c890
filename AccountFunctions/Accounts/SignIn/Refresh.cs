using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

public sealed record RefreshRequest(
    [Field("The refresh token of the latest answer.", Required = true, Example = TokenReplies.RefreshExample)]
    Member<string> Refresh = default);

/// <summary>
/// Exchanges a refresh token for its successor (RFC 9700 §4.14.2). The token used last may be sent again within a grace period, because
/// answers get lost. An older token means that two parties hold the chain, so the session ends.
/// </summary>
[Operation(
    "Refresh the tokens",
    Description =
        "Every refresh token works once; keep the new one. For a moment after its use, the same token gets the same successor, "
        + "because answers get lost. After that it counts as stolen, and the session ends. Send one refresh at a time.",
    Refusals = [nameof(Problem.TokenNotValid), nameof(Problem.ExpiredAccount)])]
public sealed partial class Refresh(
    AccountStore accounts,
    RefreshTokenChain chain,
    TokenReplies replies,
    IOptions<TokenOptions> options,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<Refresh> logger)
{
    private readonly TokenOptions options = options.Value;

    public async Task<Result<TokenReply>> HandleAsync(RefreshRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (errors.Required("refresh", request.Refresh) is not { } text)
        {
            return errors.ToProblem();
        }

        if (!RefreshToken.TryParse(text, out var token))
        {
            return Problem.TokenNotValid;
        }

        var now = time.GetUtcNow();
        var isReused = false;
        var result = await accounts.ChangeAsync<TokenReply>(
            new AccountRequest(token.AccountId)
            {
                SessionId = token.SessionId,
                Admission = visitor.Admission,
                Allows = AccountStates.AllowsCalls,
                Otherwise = Problem.TokenNotValid,
            },
            partition =>
            {
                isReused = false;
                return Decide(partition, token, visitor, now, ref isReused);
            },
            cancellationToken);
        if (isReused)
        {
            metrics.RefreshTokenReused();
            LogReused(token.AccountId, token.SessionId);
        }

        return result;
    }

    private Result<TokenReply> Decide(
        AccountPartition partition, RefreshToken token, Visitor visitor, DateTimeOffset now, ref bool isReused)
    {
        var account = partition.Account;
        if (partition.Session is not { } session
            || session.Version != account.Version
            || now >= session.EndsAt(options.RefreshIdleLifetime)
            || !chain.LeadsTo(token, session.Counter, session.Hash))
        {
            return Problem.TokenNotValid;
        }

        if (account.StateAt(now) is AccountState.Expired)
        {
            return Problem.ExpiredAccount;
        }

        var successor = chain.Next(token);
        switch (session.Counter - token.Counter)
        {
            case 0:
                (session.Counter, session.Hash, session.LastUsed) = (successor.Counter, successor.Hash, now);
                partition.Save(session);
                return replies.Create(account, session, successor);
            case 1 when now < session.LastUsed + options.RefreshGrace:
                if (session.Repeated != session.Counter)
                {
                    // Once for each token: the history tells the owner, and a flood of repeats writes nothing more.
                    session.Repeated = session.Counter;
                    partition.Save(session);
                    partition.Record(Act.RefreshTokenRepeated, visitor.Actor with { SessionId = session.Id }, now);
                }

                return replies.Create(account, session, successor);
            default:
                isReused = true;
                partition.Delete(session);
                partition.Record(Act.RefreshTokenReused, visitor.Actor with { SessionId = session.Id }, now);
                return Problem.TokenNotValid;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A used refresh token of account {AccountId} was reused: session {SessionId} ended.")]
    private partial void LogReused(string accountId, string sessionId);
}
