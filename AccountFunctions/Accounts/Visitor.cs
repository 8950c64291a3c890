using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The caller of an open operation, as the request describes it.</summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="Language">The supported language that the client prefers for mails; null for the default.</param>
/// <param name="Admission">
/// The verdict of the network throttle; null if it admits the request. The throttle runs in parallel with the operation.
/// </param>
public sealed record Visitor(string? Client, string? Language, Task<Problem?> Admission)
{
    /// <summary>The visitor as the history records it.</summary>
    public Actor Actor => new(Client: Client);

    /// <summary>
    /// The throttle's refusal, if it is known already. A network that has used up its limit takes no place at the hash gate from others.
    /// </summary>
    public Problem? EarlyRefusal => Admission is { IsCompletedSuccessfully: true, Result: var refusal } ? refusal : null;
}
