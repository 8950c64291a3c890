using System.Net.Mail;
using System.Text.Json;

namespace LocalRuntime.Communication;

/// <summary>A mail that the emulator took over.</summary>
public sealed record SentMail(string Id, IReadOnlyList<string> To, string From, string Subject, string? PlainText, string? Html, DateTimeOffset Received)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a request of the REST protocol; what is wrong with it, or null.</summary>
    internal static string? Parse(byte[] body, DateTimeOffset received, out SentMail mail)
    {
        mail = new("", [], "", "", null, null, received);
        SendRequest? request;
        try
        {
            request = JsonSerializer.Deserialize<SendRequest>(body, Json);
        }
        catch (JsonException e)
        {
            return e.Message;
        }

        var to = request?.Recipients?.To?.Select(recipient => recipient.Address ?? "").ToList() ?? [];
        mail = new(Guid.CreateVersion7().ToString("N"), to, request?.SenderAddress ?? "", request?.Content?.Subject ?? "", request?.Content?.PlainText, request?.Content?.Html, received);
        return !IsAddress(mail.From) ? "senderAddress: Invalid format for email address."
            : to.Count == 0 || !to.TrueForAll(IsAddress) ? "recipients.to: Invalid format for email address."
            : string.IsNullOrWhiteSpace(mail.Subject) ? "content.subject is required."
            : mail.PlainText is null && mail.Html is null ? "content.plainText or content.html is required."
            : null;
    }

    private static bool IsAddress(string text) => MailAddress.TryCreate(text, out var address) && address.Address == text;

    private sealed record SendRequest(string? SenderAddress, Content? Content, Recipients? Recipients);

    private sealed record Content(string? Subject, string? PlainText, string? Html);

    private sealed record Recipients(List<Recipient>? To);

    private sealed record Recipient(string? Address);
}

/// <summary>
/// What the emulator does wrong, for the next <paramref name="Times"/> requests to send: waits, refuses with a status, or takes the mail and later
/// reports that it was not delivered. Faults are met one after another, in the order in which they were asked for.
/// </summary>
/// <param name="RetryAfter">Seconds.</param>
public sealed record Fault(int? Status = null, int? RetryAfter = null, string? OperationStatus = null, string? Code = null, int? DelayMs = null, int Times = 1);

/// <summary>What became of a mail.</summary>
internal sealed record Outcome(string Status, string? Code = null);
