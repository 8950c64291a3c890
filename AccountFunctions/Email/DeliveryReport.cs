using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Email;

/// <summary>
/// What became of a mail: the Event Grid event <c>Microsoft.Communication.EmailDeliveryReportReceived</c>, as its storage queue holds it.
/// </summary>
/// <param name="MessageId">The operation id under which the mail was sent.</param>
/// <param name="Time">When the service tried to deliver it.</param>
public sealed record DeliveryReport(Guid MessageId, EmailAddress Recipient, DeliveryStatus Status, DateTimeOffset Time)
{
    private const string EventType = "Microsoft.Communication.EmailDeliveryReportReceived";

    /// <summary>The mailbox does not exist, or the service has stopped sending to it because it did not.</summary>
    public bool IsBounce => Status is DeliveryStatus.Bounced or DeliveryStatus.Suppressed;

    /// <summary>The recipient's server has taken the mail.</summary>
    public bool IsDelivery => Status is DeliveryStatus.Delivered or DeliveryStatus.Expanded;

    /// <summary>Null for a message that is no delivery report.</summary>
    public static DeliveryReport? Read(BinaryData message)
    {
        try
        {
            return JsonSerializer.Deserialize(message, DeliveryReportJson.Default.DeliveryReportEvent) is { EventType: EventType } read
                && Guid.TryParse(read.Data.MessageId, out var id)
                && EmailAddress.TryParse(read.Data.Recipient, out var recipient)
                    ? new DeliveryReport(id, recipient, StatusOf(read.Data.Status), read.Data.DeliveryAttemptTimestamp)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Enum.Parse would also take numbers and lists.
    private static DeliveryStatus StatusOf(string text) => Enum.GetValues<DeliveryStatus>()
        .FirstOrDefault(status => string.Equals($"{status}", text, StringComparison.OrdinalIgnoreCase), DeliveryStatus.Other);
}

/// <summary>The statuses of Communication Services.</summary>
public enum DeliveryStatus
{
    /// <summary>One that this version does not know.</summary>
    Other,
    Delivered,

    /// <summary>The recipient is a list, and the mail goes to its members.</summary>
    Expanded,
    Bounced,
    Suppressed,
    Quarantined,
    FilteredSpam,
    Failed,
}

/// <summary>The event as Event Grid writes it, as far as the app reads it.</summary>
internal sealed record DeliveryReportEvent(string EventType, DeliveryReportData Data);

internal sealed record DeliveryReportData(string MessageId, string Recipient, string Status, DateTimeOffset DeliveryAttemptTimestamp);

// The service's own samples disagree about upper and lower case.
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DeliveryReportEvent))]
internal sealed partial class DeliveryReportJson : JsonSerializerContext;
