using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Admin;

public sealed record InviteAccountRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] Member<string> FirstName = default,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] Member<string> LastName = default,
    [Field(
        "`C` for clients, which is the default, `A` for administrators.",
        Values = [AccountEntity.ClientRole, AccountEntity.AdminRole],
        Example = AccountEntity.ClientRole)]
    Member<string> Role = default);

/// <summary>
/// Makes an account for somebody else. It has no password: its owner sets one with the code of the mail. Registrations that wait for the
/// address become void.
/// </summary>
[Operation(
    "Invite somebody",
    Description = "Makes an account without a password, and mails its owner a code to set one with `forgot`. The code lives as long as one "
        + "for an activation; `code` mails another. Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.InvitedUsernameTaken)],
    HasETag = true)]
public sealed class InviteAccount(
    AddressStore addresses,
    AdministeredAccounts accounts,
    NewAccounts newAccounts,
    PasswordMails mails,
    RecentActs recent,
    Lifetimes lifetimes,
    TimeProvider time)
{
    public async Task<Result<AdministeredAccountReply>> HandleAsync(
        InviteAccountRequest request, Administrator administrator, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var (firstName, lastName) = (errors.Name("first_name", request.FirstName), errors.Name("last_name", request.LastName));
        var role = errors.Role(request.Role);
        if (address is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var account = newAccounts.Of(Ids.New(now), address, firstName, lastName, language: null, now);
        account.Role = role ?? account.Role;
        var taken = await addresses.ChangeAsync<ClaimEntity>(
            new AddressRequest(address.Key), partition => Take(partition, account, administrator.Actor, now), cancellationToken);
        if (taken.IsRefused)
        {
            return taken.Problem;
        }

        if (taken.Reply.AccountId == account.Id)
        {
            accounts.LogChanged(administrator.Account.Id, account.Id, nameof(InviteAccount));
            return AdministeredAccountReply.WithETag(account);
        }

        // A client whose answer was lost may repeat its call.
        var by = administrator.Account.Id;
        var owner = await accounts.FindAsync(taken.Reply.AccountId, cancellationToken);
        return owner.Reply?.AddressKey == address.Key
            && await recent.HaveAsync(owner.Reply.Id, Act.Invited, invited => invited.By == by, now, cancellationToken)
                ? AdministeredAccountReply.WithETag(owner.Reply)
                : Problem.InvitedUsernameTaken;
    }

    private Result<ClaimEntity> Take(AddressPartition partition, AccountEntity account, Actor actor, DateTimeOffset now)
    {
        if (partition.Claim is { } owned)
        {
            return owned;
        }

        partition.Create(account, Act.Invited, actor, now);
        mails.MailCode(partition, CodePurpose.Activation, now);
        var claim = new ClaimEntity(partition.Key, account.Id) { SweepDue = lifetimes.EndOfMail(now) };
        partition.TakeForNew(claim);
        return claim;
    }
}
