using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The caller of an open operation, as far as the request tells.</summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="Language">The language of mails, one of those that mails are written in; null for the default.</param>
/// <param name="Admission">The verdict of the network throttle, null for admitted. It is under way while the operation loads.</param>
public sealed record Visitor(string? Client, string? Language, Task<Problem?> Admission)
{
    /// <summary>As the history records the visitor.</summary>
    public Actor Actor => new(Client: Client);
}
