using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Contract.Description;

/// <summary>Documents an operation. Put it on the class that handles the operation, or on the function if no class does.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    /// <summary>One line, without a full stop.</summary>
    public string Summary { get; } = summary;

    /// <summary>What else a client must know, in CommonMark.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Names of the members of <see cref="Problem"/> that the operation itself refuses with. Refusals common to all bodies and callers are
    /// added automatically.
    /// </summary>
    public string[] Refusals { get; set; } = [];

    /// <summary>True: a success carries an <c>ETag</c>, for <c>If-Match</c>.</summary>
    public bool HasETag { get; set; }

    /// <summary>The record whose members are the query parameters.</summary>
    public Type? Query { get; set; }

    /// <summary>The type of a document that the operation returns without the envelope.</summary>
    public Type? Document { get; set; }
}
