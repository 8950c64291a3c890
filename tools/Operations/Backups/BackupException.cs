namespace Operations.Backups;

/// <summary>A backup cannot be written or read; the message is for the operator.</summary>
public sealed class BackupException(string message, Exception? innerException = null) : Exception(message, innerException);
