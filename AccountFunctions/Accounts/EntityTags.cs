using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AccountFunctions.Accounts;

/// <summary>
/// Entity tags of replies (RFC 9110 §8.8.3): of what the client sees, because a sign-in changes the row of an account, and not what
/// <c>If-Match</c> is about.
/// </summary>
internal static class EntityTags
{
    public static string Of<TReply>(TReply reply, JsonTypeInfo<TReply> type) =>
        $"\"{Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(reply, type)).AsSpan(0, 12))}\"";

    /// <summary>Whether <c>If-Match</c> matches a tag (RFC 9110 §13.1.1).</summary>
    public static bool Match(string tags, string tag) =>
        tags.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one == tag);
}
