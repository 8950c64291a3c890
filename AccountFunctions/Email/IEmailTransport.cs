namespace AccountFunctions.Email;

/// <summary>A mail to send; <paramref name="OperationId"/> is the same whenever the same job sends it again.</summary>
public sealed record Mail(string To, string Subject, string PlainText, string Html, Guid OperationId)
{
    /// <summary>Tells auto-responders not to answer (RFC 3834 §5; Exchange reads the second).</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Headers =
        [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];
}

/// <summary>Sends mails.</summary>
public interface IEmailTransport
{
    /// <exception cref="EmailFailureException">The transport refused the mail, and the usual retry will not help.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);

    /// <summary>Whether the transport has accepted this mail; false also if it cannot tell.</summary>
    Task<bool> HasAcceptedAsync(Guid operationId, CancellationToken cancellationToken);
}
