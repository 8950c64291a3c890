using AccountFunctions.Documentation;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record RefreshRequest(
    [Field("The refresh token got last.", Required = true, Example = SessionReplies.RefreshExample)] Member<string> Refresh = default);

/// <summary>
/// Trades a refresh token for its successor (RFC 9700 §4.14.2). The token used last may come again for a moment, because answers get lost; any older
/// one means that two parties hold the chain, and the session ends.
/// </summary>
[Operation(
    "Refresh the tokens",
    Description = "Every refresh token works once; keep the new one. For a moment after its use the same token is answered with the same successor, "
        + "because answers get lost; later it counts as stolen, and the session ends. Refresh one at a time.",
    Refusals = [nameof(Problem.TokenNotValid), nameof(Problem.ExpiredAccount)])]
public sealed partial class Refresh(
    AccountStore accounts,
    OptimisticRetry retry,
    RefreshTokenChain chain,
    SessionReplies replies,
    IOptions<TokenOptions> options,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<Refresh> logger)
{
    private readonly TokenOptions options = options.Value;

    public async Task<Result<LoginReply>> HandleAsync(RefreshRequest request, Visitor visitor, CancellationToken cancellationToken)
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

        return await retry.RunAsync<Result<LoginReply>>(
            token.AccountId,
            async () =>
            {
                var finding = accounts.FindAsync(token.AccountId, cancellationToken);
                var session = await accounts.FindSessionAsync(token.AccountId, token.SessionId, cancellationToken);
                var account = await finding;
                if (await visitor.Admission is { } refused)
                {
                    return refused;
                }

                var now = time.GetUtcNow();
                if (account is not { Disabled: false }
                    || session is null
                    || session.Version != account.Version
                    || now >= session.EndsAt(options.RefreshIdleLifetime)
                    || !chain.LeadsTo(token, session.Counter, session.Hash))
                {
                    return Problem.TokenNotValid;
                }

                if (account.IsExpired(now))
                {
                    return Problem.ExpiredAccount;
                }

                return (session.Counter - token.Counter) switch
                {
                    0 => await RotateAsync(account, session, chain.Next(token), now, cancellationToken),
                    1 when now <= session.LastUsed + options.RefreshGrace => replies.Create(account, chain.Next(token)),
                    _ => await EndAsync(session, now, cancellationToken),
                };
            },
            cancellationToken);
    }

    private async Task<Result<LoginReply>?> RotateAsync(
        AccountEntity account, SessionEntity session, RefreshToken successor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        session.Counter = successor.Counter;
        session.Hash = successor.Hash;
        session.LastUsed = now;
        var batch = new PartitionBatch(account.Id);
        batch.Save(session);
        return await accounts.TryCommitAsync(batch, cancellationToken) ? replies.Create(account, successor) : default(Result<LoginReply>?);
    }

    private async Task<Result<LoginReply>?> EndAsync(SessionEntity session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var batch = new PartitionBatch(session.PartitionKey);
        batch.Delete(session);
        batch.Insert(new EventEntity(session.PartitionKey, AccountEvent.RefreshTokenReused, now, session.Id));
        if (!await accounts.TryCommitAsync(batch, cancellationToken))
        {
            return null;
        }

        metrics.RefreshTokenReused();
        LogReused(session.PartitionKey, session.Id);
        return Problem.TokenNotValid;
    }

    [LoggerMessage(LogLevel.Warning, "A used refresh token of account {AccountId} came again: session {SessionId} ended.")]
    private partial void LogReused(string accountId, string sessionId);
}
