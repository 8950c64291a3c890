using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>
/// The caller of an administrator operation: an account whose role was read for this request, and the session of the access token.
/// </summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="IfMatch">The entity tags of <c>If-Match</c>: the state that the change applies to. Null: any.</param>
public sealed record Administrator(AccountEntity Account, string SessionId, string? Client, string? IfMatch)
{
    /// <summary>The administrator, in the history of another account.</summary>
    public Actor Actor => new(Client: Client, By: Account.Id);
}
