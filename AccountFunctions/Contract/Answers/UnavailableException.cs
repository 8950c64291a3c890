using Azure;

namespace AccountFunctions.Contract.Answers;

/// <summary>
/// The service cannot answer now but may soon: because of an outage, repeatedly lost races, or too much waiting work.
/// </summary>
public sealed class UnavailableException(TimeSpan retryAfter, Exception? innerException = null)
    : Exception("Unavailable for the moment.", innerException)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>Distinguishes outages from bugs.</summary>
public static class Outage
{
    /// <summary>
    /// True for the exceptions that the Azure clients throw, after their own retries, when a service fails or does not answer.
    /// </summary>
    public static bool IsOutage(this Exception exception) => exception is RequestFailedException or AggregateException;
}
