using System.Text.Json.Serialization;

namespace LocalHost.Mail;

/// <summary>
/// A fault for the next valid sends. The parts can be combined, but a send is either refused or fails later.
/// </summary>
/// <param name="Status">Refuse the send with this HTTP status, 400-599. The mail is not kept.</param>
/// <param name="RetryAfter">The seconds to send with the refusal.</param>
/// <param name="OperationStatus">Accept the send, but end it as <c>Failed</c> or <c>Canceled</c>. The mail is not delivered.</param>
/// <param name="Code">The error code of the refusal or the failure.</param>
/// <param name="Message">The text next to the code.</param>
/// <param name="DelayMs">
/// Answer late. The mail is kept before the wait, so a client that gives up cannot know the outcome, as with a real time-out.
/// </param>
/// <param name="Times">The number of sends that fail.</param>
internal sealed record EmailFault(
    int? Status = null, int? RetryAfter = null, string? OperationStatus = null, string? Code = null, int? DelayMs = null, int Times = 1,
    string Message = "A fault was requested.")
{
    [JsonIgnore]
    public bool IsValid =>
        Status is null or (>= 400 and <= 599)
        && RetryAfter is null or >= 0
        && OperationStatus is null or "Failed" or "Canceled"
        && DelayMs is null or (>= 0 and <= 600_000)
        && Times > 0
        && (Status is null || OperationStatus is null)
        && (RetryAfter is null || Status is not null)
        && (Status is not null || OperationStatus is not null || (DelayMs is not null && Code is null));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EmailFault))]
internal sealed partial class EmailFaultJson : JsonSerializerContext;
