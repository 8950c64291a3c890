namespace AccountFunctions.Contract.Values;

/// <summary>What the product is called (<c>Email__ProductName</c>): mails show it, and it makes a poor password.</summary>
public sealed record ProductName(string Value);
