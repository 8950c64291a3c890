namespace AccountFunctions.Email;

/// <summary>A mail to send; <paramref name="OperationId"/> is the same whenever the same job sends it again.</summary>
public sealed record Mail(string To, string Subject, string PlainText, string Html, Guid OperationId)
{
    /// <summary>Tells auto-responders not to answer (RFC 3834 §5; Exchange reads the second).</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Headers =
        [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];
}

/// <summary>Sends mails, and reports their outcomes if it can.</summary>
public interface IEmailTransport
{
    /// <exception cref="EmailFailureException">The transport refused the mail, and the usual retry will not help.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);

    /// <summary>How long after sending a mail to ask for its outcome; null if this transport never knows.</summary>
    TimeSpan? ReportDelay { get; }

    /// <summary>Null if the transport never accepted such a mail, or does not know.</summary>
    Task<DeliveryReport?> FindReportAsync(Guid operationId, CancellationToken cancellationToken);
}

/// <summary>The outcome of a mail that the transport accepted.</summary>
/// <param name="Reason">The transport's code for a failure.</param>
public sealed record DeliveryReport(DeliveryStatus Status, string Reason = "");

public enum DeliveryStatus
{
    UnderWay,

    /// <summary>The mail was accepted for delivery; the recipient's server may still bounce it.</summary>
    Accepted,
    Failed,
}
