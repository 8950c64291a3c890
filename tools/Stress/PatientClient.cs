namespace Stress;

/// <summary>A client that repeats calls until the app answers them.</summary>
/// <param name="app">Returns the app that is currently running.</param>
/// <param name="username">Who calls, for messages.</param>
public sealed class PatientClient(Func<LocalApp> app, string username)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ThrottlePause = TimeSpan.FromSeconds(1);

    /// <summary>Repeats calls without an answer, and calls that the app refuses for now: by 429, or by 503 during an outage.</summary>
    public async Task<(Reply Reply, int Attempts)> AskAsync(string operation, object body, string? token = null)
    {
        for (var attempts = 1; ; attempts++)
        {
            var reply = await TryAsync(operation, body, token);
            if (reply.Status is not 0 and not 429 and not 503)
            {
                return (reply, attempts);
            }

            await Task.Delay(reply.Status is 429 ? ThrottlePause : Pause);
        }
    }

    public void Check((Reply Reply, int Attempts) answer, int status)
    {
        if (answer.Reply.Status != status)
        {
            throw new InvalidOperationException($"{username}: {answer.Reply.Status} {answer.Reply.Envelope}");
        }
    }

    private async Task<Reply> TryAsync(string operation, object body, string? token)
    {
        try
        {
            return await app().PostAsync(operation, body, token);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or IOException)
        {
            return new Reply(0, default);
        }
    }
}
