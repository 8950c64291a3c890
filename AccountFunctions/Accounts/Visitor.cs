using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>Who calls an open operation, as far as that can be known.</summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="Language">In which to write to whoever it is, one of <see cref="Email.EmailLanguage.Supported"/>; null for the default.</param>
/// <param name="Admission">
/// The verdict of the network throttle, null for admitted. It is on its way while the operation reads, and has to be awaited before it changes anything.
/// </param>
public sealed record Visitor(string? Client, string? Language, Task<Problem?> Admission);

/// <summary>Who calls with an access token: the account as just read, and the session the token belongs to.</summary>
/// <param name="IfMatch">The state that a change may be made to, if the caller insists on one.</param>
public sealed record Caller(AccountEntity Account, string SessionId, string? IfMatch = null);
