namespace AccountFunctions.Email;

/// <summary>Why a transport refused a mail, if the usual retry does not help.</summary>
public enum EmailFailure
{
    /// <summary>The recipient's mailbox does not exist. Nothing else is permanent.</summary>
    Permanent,

    /// <summary>
    /// The deployment is or may be misconfigured: credentials, sender, quota, relay, policy. Mails wait until an operator fixes it.
    /// </summary>
    Configuration,

    /// <summary>Too many mails, or a full mailbox: try again later.</summary>
    Throttled,
}

/// <summary>Thrown by a transport that refuses a mail. Any other exception is an outage, and the host delivers the job again.</summary>
public sealed class EmailFailureException(
    EmailFailure failure, string reason, TimeSpan retryAfter = default, Exception? innerException = null)
    : Exception(reason, innerException)
{
    public EmailFailure Failure { get; } = failure;

    public TimeSpan RetryAfter { get; } = retryAfter;
}
