using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record LoginRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default);

/// <summary>
/// Checks a password and opens a session. Every attempt costs the same reads and one Argon2 run, with an account or without; only the right
/// password learns anything about the account.
/// </summary>
[Operation(
    "Sign in",
    Description = "Opens a session. Failures are counted by address: after some of them every try, the right one too, has to wait.",
    Refusals =
        [nameof(Problem.InvalidCredentials), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount), nameof(Problem.DisabledAccount)])]
public sealed partial class Login(
    AddressStore addresses,
    AccountStore accounts,
    Passwords passwords,
    SignInThrottle throttle,
    Sessions sessions,
    TimeProvider time,
    ILogger<Login> logger)
{
    public async Task<Result<TokenReply>> HandleAsync(LoginRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var password = errors.Required("password", request.Password);
        if (password is not null && passwords.IsTooLong(password))
        {
            errors.Add("password", FieldError.TooLong);
        }

        if (address is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        using var attempt = throttle.Begin(address.Key);
        var loaded = await addresses.LoadAsync(address.Key, visitor.Admission, cancellationToken);
        if (loaded.IsRefused)
        {
            return loaded.Problem;
        }

        var partition = loaded.Reply;
        if (throttle.Delay(partition.Guard) is { } delayed)
        {
            return delayed;
        }

        var now = time.GetUtcNow();
        var account = await accounts.FindAsync(partition.Claim?.AccountId ?? address.Key[..32], cancellationToken);
        var pending = partition.Pendings.LastOrDefault(row => row.IsLive(now));

        // A registration is checked at a taken address, too. Otherwise registering and signing in there would tell whether the address is
        // taken.
        var outcome = await passwords.VerifyAsync(password, [account?.Credential, pending?.Credential], cancellationToken) switch
        {
            0 => SignInOutcome.Succeeded,
            1 => SignInOutcome.NotActive,
            _ => SignInOutcome.Failed,
        };
        if (await throttle.RecordAsync(partition, attempt, outcome, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (outcome is SignInOutcome.Failed && (account?.Id ?? pending?.Id) is { } id)
        {
            LogFailed(id);
        }

        return (outcome, account) switch
        {
            (SignInOutcome.Failed, _) => Problem.InvalidCredentials,
            (SignInOutcome.NotActive, _) or (_, null) => Problem.NotActive,
            (_, { IsUsable: false }) => Problem.DisabledAccount,
            _ when account.IsExpired(now) => Problem.ExpiredAccount,
            _ => await OpenSessionAsync(partition, account, password, visitor, cancellationToken),
        };
    }

    private async Task<Result<TokenReply>> OpenSessionAsync(
        AddressPartition partition, AccountEntity account, string password, Visitor visitor, CancellationToken cancellationToken)
    {
        var learnsLanguage = visitor.Language is { } language && language != account.Language && !account.HasChosenLanguage;
        if (learnsLanguage)
        {
            account.Language = visitor.Language;
        }

        var reply = await sessions.OpenAsync(partition, account, visitor.Client, cancellationToken);
        var outdated = account.Credential is { } credential && passwords.NeedsRehash(credential) ? credential : null;
        if (learnsLanguage || outdated is not null)
        {
            await RenewAsync(account, outdated, password, cancellationToken);
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

    [LoggerMessage(LogLevel.Information, "A wrong password was tried on account {AccountId}.")]
    private partial void LogFailed(string accountId);

    [LoggerMessage(LogLevel.Warning, "The new password hash or language of account {AccountId} could not be stored.")]
    private partial void LogNotRenewed(string accountId, Exception exception);
}
