namespace AccountFunctions.Email;

/// <summary>Why a transport refused a mail, where the usual retry does not help.</summary>
public enum EmailFailure
{
    /// <summary>The mail itself is refused, and will be at every try.</summary>
    Permanent,

    /// <summary>The deployment is at fault: credentials, sender, linked domain. Mails wait until an operator mends it.</summary>
    Configuration,

    /// <summary>Too many mails; the service says when to come back.</summary>
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
