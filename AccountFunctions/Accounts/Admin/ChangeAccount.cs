using System.Globalization;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Admin;

public sealed record ChangeAccountRequest(
    [Field(
        "`C` for clients, `A` for administrators.",
        Values = [AccountEntity.ClientRole, AccountEntity.AdminRole],
        Example = AccountEntity.AdminRole)]
    Member<string> Role = default,
    [Field("Whether nobody can sign in.", Example = true)] Member<bool> Disabled = default,
    [Field("When the account expires (RFC 3339).", Example = "2027-12-23T12:00:00Z")] Member<string> ExpirationDate = default);

/// <summary>
/// Changes what an account may do. With <c>If-Match</c>, the change applies only to the state that the administrator has seen.
/// </summary>
[Operation(
    "Change an account",
    Description = "Changes the members that are sent. A new role, or disabling, ends every session. The owner gets a mail about a role, "
        + "and about being disabled or enabled.",
    Refusals = [nameof(Problem.NotFound), nameof(Problem.Stale), nameof(Problem.LastAdministrator)],
    HasETag = true)]
public sealed class ChangeAccount(AdministeredAccounts accounts)
{
    public Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, ChangeAccountRequest request, Administrator administrator, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var wanted = Read(errors, request);
        if (errors.Any)
        {
            return Task.FromResult<Result<AdministeredAccountReply>>(errors.ToProblem());
        }

        return accounts.ChangeAsync(
            id,
            administrator,
            nameof(ChangeAccount),
            (partition, now) =>
            {
                var account = partition.Account;
                if (wanted.IsOf(account))
                {
                    // RFC 9110 §13.1.1: a change that was made already is a success, such as that of a request whose answer was lost.
                    return Success.Done;
                }

                if (administrator.IfMatch is { } tags && !AdministeredAccountReply.Matches(tags, account))
                {
                    return Problem.Stale;
                }

                Apply(partition, wanted, administrator.Actor, now);
                return Success.Done;
            },
            cancellationToken,
            ends: wanted.Role is AccountEntity.ClientRole || wanted.Disabled is true);
    }

    private static Wanted Read(FieldErrors errors, ChangeAccountRequest request)
    {
        var expires = request.ExpirationDate.State is MemberState.Absent
            ? null
            : errors.RequiredTime("expiration_date", request.ExpirationDate);
        return new Wanted(errors.Role(request.Role), errors.Disabled(request.Disabled), expires);
    }

    private static void Apply(AccountPartition partition, Wanted wanted, Actor actor, DateTimeOffset now)
    {
        var account = partition.Account;
        if (wanted.Role is { } role && role != account.Role)
        {
            account.Role = role;
            account.Version++;
            partition.Record(Act.RoleChanged, actor, now, role);
        }

        if (wanted.Disabled is { } disabled && disabled != account.Disabled)
        {
            account.Disabled = disabled;
            account.Version += disabled ? 1 : 0;
            partition.Record(disabled ? Act.Disabled : Act.Enabled, actor, now);
        }

        if (wanted.ExpirationDate is { } expires && expires != account.ExpirationDate)
        {
            account.ExpirationDate = expires;
            partition.Record(
                Act.ExpirationChanged, actor, now, expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        partition.Save(account);
    }

    /// <summary>What the account is to be; null: as it is.</summary>
    private sealed record Wanted(string? Role, bool? Disabled, DateTimeOffset? ExpirationDate)
    {
        public bool IsOf(AccountEntity account) =>
            (Role ?? account.Role) == account.Role
            && (Disabled ?? account.Disabled) == account.Disabled
            && (ExpirationDate ?? account.ExpirationDate) == account.ExpirationDate;
    }
}
