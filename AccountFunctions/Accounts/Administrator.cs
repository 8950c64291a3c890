using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The caller of an operation for administrators: an account with their role as just read, and the session of the token.</summary>
/// <param name="Client">What the client calls itself.</param>
public sealed record Administrator(AccountEntity Account, string SessionId, string? Client);
