namespace AccountFunctions.Tests;

/// <summary>Names the rows of the security requirements that a test, or every test of a class, would catch the breach of.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class HoldsAttribute(params string[] rows) : Attribute
{
    public IReadOnlyList<string> Rows { get; } = rows;
}
