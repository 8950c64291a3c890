namespace Operations.Backups;

/// <summary>A backup cannot be written or read; the message is for the operator.</summary>
public sealed class BackupException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Runs a command, and explains to the operator why it cannot be done.</summary>
    /// <param name="sentence">Begins the explanation.</param>
    /// <returns>The exit code of the command; 1 if it failed.</returns>
    internal static Task<int> GuardAsync(TextWriter output, string sentence, Func<Task<int>> command) =>
        StorageErrors.GuardAsync(output, async () =>
        {
            try
            {
                return await command();
            }
            catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
            {
                await output.WriteLineAsync(sentence + e.Message);
                return 1;
            }
        });
}
