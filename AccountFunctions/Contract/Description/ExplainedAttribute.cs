namespace AccountFunctions.Contract.Description;

/// <summary>What an error code means, and what a client should do about it. The error reference shows both.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ExplainedAttribute(string meaning, string advice) : Attribute
{
    public string Meaning { get; } = meaning;

    public string Advice { get; } = advice;
}
