namespace LocalHost;

/// <summary>The start cannot succeed. The message says in one line why, and what to do.</summary>
public sealed class StartException(string message, Exception? innerException = null) : Exception(message, innerException);
