using Azure;

namespace AccountFunctions.Contract.Answers;

/// <summary>
/// The service cannot answer now but may soon: an outage, races that were lost again and again, or too much work waiting.
/// </summary>
public sealed class UnavailableException(TimeSpan retryAfter, Exception? innerException = null)
    : Exception("Unavailable for the moment.", innerException)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>Tells outages from bugs.</summary>
public static class Outage
{
    /// <summary>True for what the Azure clients throw when a service fails or does not answer, also after their own retries.</summary>
    public static bool IsOutage(this Exception exception) => exception is RequestFailedException or AggregateException;
}
