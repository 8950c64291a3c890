using System.Text.Json;

namespace AccountFunctions.Security.Identities;

internal static class JsonMembers
{
    // A member that occurs twice means what each reader wants.
    public static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The text of a member; null if this is no object, or has no such text.</summary>
    /// <exception cref="InvalidOperationException">The text has a lone surrogate in an escape sequence.</exception>
    public static string? TextOf(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
