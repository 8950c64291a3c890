namespace AccountFunctions.Email;

/// <summary>A mail as it leaves; <paramref name="OperationId"/> is the same whenever the same job sends it again.</summary>
public sealed record Mail(string To, string Subject, string PlainText, string Html, Guid OperationId)
{
    /// <summary>Tells auto-responders not to answer (RFC 3834 §5; Exchange reads the second).</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Headers =
        [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];
}

/// <summary>Carries mails.</summary>
public interface IEmailTransport
{
    /// <exception cref="EmailFailureException">The transport refused the mail, and the usual retry does not help.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);

    /// <summary>How long after a mail left to ask what became of it; null if this transport never knows.</summary>
    TimeSpan? ReportDelay { get; }

    /// <summary>Null: no such mail was ever taken over, or this transport does not know.</summary>
    Task<DeliveryReport?> FindReportAsync(Guid operationId, CancellationToken cancellationToken);
}

/// <summary>What became of a mail that was handed over.</summary>
/// <param name="Reason">The transport's code for a failure.</param>
public sealed record DeliveryReport(DeliveryStatus Status, string Reason = "");

public enum DeliveryStatus
{
    UnderWay,

    /// <summary>Accepted for delivery; the recipient's server may still bounce it.</summary>
    Accepted,
    Failed,
}
