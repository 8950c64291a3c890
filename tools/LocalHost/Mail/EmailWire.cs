using System.Net.Mail;
using System.Text.Json.Serialization;

namespace LocalHost.Mail;

// The JSON of the service's REST API. All members are nullable, because the emulator must report what a request lacks.
internal sealed record SendRequest(
    string? SenderAddress,
    SendContent? Content,
    SendRecipients? Recipients,
    IReadOnlyDictionary<string, string>? Headers = null,
    IReadOnlyList<SendAddress?>? ReplyTo = null,
    bool? UserEngagementTrackingDisabled = null);

internal sealed record SendContent(string? Subject, string? PlainText, string? Html);

internal sealed record SendRecipients(IReadOnlyList<SendAddress?>? To);

internal sealed record SendAddress(string? Address, string? DisplayName = null)
{
    /// <summary>A bare address: <c>Ada &lt;ada@example.com&gt;</c> is not one.</summary>
    public static bool IsValid(string? address) => MailAddress.TryCreate(address, out var parsed) && parsed.Address == address;
}

internal sealed record OperationStatus(string Id, string Status, ErrorDetail? Error = null);

internal sealed record ErrorBody(ErrorDetail Error);

internal sealed record ErrorDetail(string Code, string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(OperationStatus))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ReceivedMail))]
internal sealed partial class EmailWire : JsonSerializerContext;
