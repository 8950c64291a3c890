using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record LoginRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default,
    [Field("`device` of this client's last sign-in. Then failures of others at the address do not delay it.", Nullable = true,
        Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>Checks a password, as <see cref="PasswordCheck"/> does, and opens a session.</summary>
[Operation(
    "Sign in",
    Description = "Opens a session. Failures are counted by address: after some of them every try, the right one too, has to wait. "
        + "A client that keeps `device` and sends it the next time is counted by itself.",
    Refusals =
    [
        nameof(Problem.InvalidCredentials), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount), nameof(Problem.DisabledAccount),
        nameof(Problem.DeletionPending),
    ])]
public sealed partial class Login(
    PasswordCheck check, AccountStore accounts, Passwords passwords, Sessions sessions, ILogger<Login> logger)
{
    public async Task<Result<TokenReply>> HandleAsync(LoginRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var known = await check.RunAsync(request, visitor, _ => true, cancellationToken);
        return known.IsRefused ? known.Problem
            : known.Reply.Refusal is { } refusal ? refusal
            : await OpenSessionAsync(known.Reply, visitor, cancellationToken);
    }

    private async Task<Result<TokenReply>> OpenSessionAsync(KnownUser user, Visitor visitor, CancellationToken cancellationToken)
    {
        var account = user.Account;
        var learnsLanguage = visitor.Language is { } language && language != account.Language && !account.HasChosenLanguage;
        if (learnsLanguage)
        {
            account.Language = visitor.Language;
        }

        var reply = await sessions.OpenAsync(user, account, visitor.Client, cancellationToken);
        var outdated = account.Credential is { } credential && passwords.NeedsRehash(credential) ? credential : null;
        if (learnsLanguage || outdated is not null)
        {
            await RenewAsync(account, outdated, user.Password, cancellationToken);
        }

        return reply;
    }

    // The user is signed in and must not notice that the new hash or language could not be stored.
    private async Task RenewAsync(
        AccountEntity account, Credential? outdated, string password, CancellationToken cancellationToken)
    {
        try
        {
            if (outdated is not null)
            {
                account.Credential = await passwords.HashAsync(password, outdated.Salt, cancellationToken);
            }

            await accounts.TrySaveAsync(account, cancellationToken);
        }
        catch (Exception e) when (e.IsOutage() || e is UnavailableException or OperationCanceledException)
        {
            LogNotRenewed(account.Id, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The new password hash or language of account {AccountId} could not be stored.")]
    private partial void LogNotRenewed(string accountId, Exception exception);
}
