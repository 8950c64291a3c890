using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Accounts.Profile;

/// <summary>The caller's own account.</summary>
[Operation("Read the account", Description = "The `ETag` identifies its state, for `If-Match`.", HasETag = true)]
public static class GetDetails
{
    public static Task<Result<UserReply>> HandleAsync(Caller caller, CancellationToken cancellationToken) =>
        Task.FromResult(UserReply.WithETag(caller.Account));
}
