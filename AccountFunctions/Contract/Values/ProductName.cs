namespace AccountFunctions.Contract.Values;

/// <summary>The name of the product (<c>Email__ProductName</c>). Mails show it, and the password policy refuses it.</summary>
public sealed record ProductName(string Value);
