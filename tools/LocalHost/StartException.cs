namespace LocalHost;

/// <summary>The start cannot succeed. The message is one line that says why and what to do.</summary>
public sealed class StartException(string message, Exception? innerException = null) : Exception(message, innerException);
