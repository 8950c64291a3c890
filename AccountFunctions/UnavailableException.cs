namespace AccountFunctions;

/// <summary>The service cannot answer now but may soon: an outage, a lost race that would not end, or too much work waiting.</summary>
public sealed class UnavailableException(TimeSpan retryAfter, Exception? innerException = null) : Exception("Unavailable for the moment.", innerException)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
