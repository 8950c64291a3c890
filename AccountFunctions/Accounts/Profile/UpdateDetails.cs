using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Email;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Profile;

public sealed record UpdateDetailsRequest(
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] Member<string> FirstName = default,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "King")] Member<string> LastName = default,
    [Field("Country.", Nullable = true, MaxLength = ProfileLimits.CountryCode, Example = "GB")] Member<string> CountryCode = default,
    [Field("Hobbies.", Nullable = true, MaxLength = ProfileLimits.Hobbies, Example = "Flying machines")] Member<string> Hobbies = default,
    [Field("Job.", Nullable = true, MaxLength = ProfileLimits.Job, Example = "Mathematician")] Member<string> Job = default,
    [Field("About the person.", Nullable = true, MaxLength = ProfileLimits.Bio, Example = "Wrote the first program.")]
    Member<string> Bio = default,
    [Field(
        "The language of mails. Null: that of the client that signs in.",
        Nullable = true,
        MaxLength = EmailLanguage.MaxLength,
        Example = "en")]
    Member<string> Language = default);

/// <summary>
/// Changes only the fields that were sent, so that clients that change different fields do not overwrite each other. With <c>If-Match</c>,
/// the change applies only to the state that the caller has seen (RFC 9110 §13.1.1).
/// </summary>
[Operation(
    "Change the account",
    Description = "Changes the members that are sent. An absent member keeps its value, null clears it. "
        + "Unknown members are ignored, so a client may send back an account as it read it.",
    Refusals = [nameof(Problem.Stale)],
    HasETag = true)]
public sealed class UpdateDetails(AccountStore accounts, TimeProvider time)
{
    public async Task<Result<UserReply>> HandleAsync(UpdateDetailsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Name("first_name", request.FirstName);
        errors.Name("last_name", request.LastName);
        errors.Profile(request.CountryCode, request.Hobbies, request.Job, request.Bio);
        var language = errors.Optional("language", request.Language, EmailLanguage.MaxLength, singleLine: true) is { } tag
            ? EmailLanguage.Find(tag)
            : null;
        if (request.Language.State is MemberState.Value && language is null)
        {
            errors.Add("language", FieldError.Invalid);
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var changed = await accounts.ChangeAsync<AccountEntity>(
            caller.Request,
            partition =>
            {
                var account = partition.Account;
                if (IsApplied(request, language, account))
                {
                    // RFC 9110 §13.1.1: also where the tag is old, such as in a request whose answer was lost.
                    return account;
                }

                if (caller.IfMatch is { } tags && !UserReply.Matches(tags, account))
                {
                    return Problem.Stale;
                }

                Apply(request, language, account);
                partition.Save(account);
                partition.Record(Act.DetailsChanged, caller.Actor, now);
                return account;
            },
            cancellationToken);

        return changed.IsRefused ? changed.Problem : UserReply.WithETag(changed.Reply);
    }

    private static bool IsApplied(UpdateDetailsRequest request, string? language, AccountEntity account)
    {
        static bool Is(Member<string> member, string? current) =>
            member.State is MemberState.Absent || (member.Value ?? "") == (current ?? "");

        return Is(request.FirstName, account.FirstName)
            && Is(request.LastName, account.LastName)
            && Is(request.CountryCode, account.CountryCode)
            && Is(request.Hobbies, account.Hobbies)
            && Is(request.Job, account.Job)
            && Is(request.Bio, account.Bio)
            && (request.Language.State is MemberState.Absent
                || (account.HasChosenLanguage == language is not null && (language is null || language == account.Language)));
    }

    private static void Apply(UpdateDetailsRequest request, string? language, AccountEntity account)
    {
        static string? Changed(Member<string> member, string? current) => member.State is MemberState.Absent ? current : member.Value;

        account.FirstName = Changed(request.FirstName, account.FirstName) ?? "";
        account.LastName = Changed(request.LastName, account.LastName) ?? "";
        account.CountryCode = Changed(request.CountryCode, account.CountryCode);
        account.Hobbies = Changed(request.Hobbies, account.Hobbies);
        account.Job = Changed(request.Job, account.Job);
        account.Bio = Changed(request.Bio, account.Bio);
        if (request.Language.State is not MemberState.Absent)
        {
            (account.Language, account.HasChosenLanguage) = (language, language is not null);
        }
    }
}
