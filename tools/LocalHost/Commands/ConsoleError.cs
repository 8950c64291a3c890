namespace LocalHost.Commands;

/// <summary>Reports a failed command to the user at the terminal.</summary>
internal static class ConsoleError
{
    /// <summary>Runs a command. A failure that the user can fix is one line on standard error and exit code 1.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is StartException or IOException)
        {
            await Console.Error.WriteLineAsync($"Cannot start: {e.Message.ReplaceLineEndings(" ")}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }
}
