namespace LocalHost.Commands;

/// <summary>What a person at the terminal is told when a command fails.</summary>
internal static class ConsoleError
{
    /// <summary>Runs a command; a failure that the person can mend is one line on standard error and exit code 1.</summary>
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
