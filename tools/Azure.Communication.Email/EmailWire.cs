using System.Text.Json.Serialization;

namespace Azure.Communication.Email;

// The JSON of the service's REST API, as far as the client writes and reads it.
internal sealed record SendRequest(
    string SenderAddress,
    SendContent Content,
    SendRecipients Recipients,
    IReadOnlyDictionary<string, string>? Headers,
    IReadOnlyList<SendAddress>? ReplyTo,
    bool? UserEngagementTrackingDisabled);

internal sealed record SendContent(string Subject, string? PlainText, string? Html);

internal sealed record SendRecipients(IReadOnlyList<SendAddress> To);

internal sealed record SendAddress(string Address, string? DisplayName);

internal sealed record OperationStatus(string Id, string Status);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(OperationStatus))]
internal sealed partial class EmailWire : JsonSerializerContext;
