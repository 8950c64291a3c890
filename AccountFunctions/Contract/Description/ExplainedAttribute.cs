namespace AccountFunctions.Contract.Description;

/// <summary>What a code of the error reference means, and what a client should do about it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ExplainedAttribute(string meaning, string advice) : Attribute
{
    public string Meaning { get; } = meaning;

    public string Advice { get; } = advice;
}
