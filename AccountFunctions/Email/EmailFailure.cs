namespace AccountFunctions.Email;

/// <summary>Why a transport refused a mail, where the usual retry does not help.</summary>
public enum EmailFailure
{
    /// <summary>The recipient's mailbox does not exist. Nothing else is permanent.</summary>
    Permanent,

    /// <summary>
    /// The deployment is at fault, or may be: credentials, sender, quota, relay, policy. Mails wait until an operator mends it.
    /// </summary>
    Configuration,

    /// <summary>Too many mails, or a full mailbox: try again after a while.</summary>
    Throttled,
}

/// <summary>Thrown by a transport. Any other exception of a transport is an outage, and the host delivers the job again.</summary>
public sealed class EmailFailureException(
    EmailFailure failure, string reason, TimeSpan retryAfter = default, Exception? innerException = null)
    : Exception(reason, innerException)
{
    public EmailFailure Failure { get; } = failure;

    public TimeSpan RetryAfter { get; } = retryAfter;
}
