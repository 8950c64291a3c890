namespace TestKit;

/// <summary>Names the security requirements that a test, or every test of a class, verifies.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class HoldsAttribute(params string[] rows) : Attribute
{
    public IReadOnlyList<string> Rows { get; } = rows;
}
