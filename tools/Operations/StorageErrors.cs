using Azure;
using Azure.Identity;

namespace Operations;

/// <summary>Explains to the operator why the storage refused a command.</summary>
internal static class StorageErrors
{
    /// <returns>The exit code of the command; 1 if the storage is not usable.</returns>
    public static async Task<int> GuardAsync(TextWriter output, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (AuthenticationFailedException)
        {
            await output.WriteLineAsync("You are not signed in to Azure, or not to the right tenant: run az login, then try again.");
            return 1;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            await output.WriteLineAsync($"The storage cannot be used: {e.Message.Split('\n')[0]}");
            return 1;
        }
    }
}
