using System.Security.Cryptography;
using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>Measures how long an idle system takes to mail a code.</summary>
public static class QueueLag
{
    private const int Mails = 31;

    /// <returns>The median of the milliseconds from the answer to the mail's arrival at the service.</returns>
    public static async Task<double> MeasureAsync(Dictionary<string, string> settings, Server app, MailSink sink)
    {
        using var mailer = await Server.StartAppAsync(settings);
        var waits = new List<double>();
        for (var number = 0; number < Mails; number++)
        {
            // Keeps the requests out of step with the polling of the queues.
            await Task.Delay(RandomNumberGenerator.GetInt32(1500, 2500));
            var username = $"q{number}@example.com";
            await People.RegisterAsync(app, username);
            var asked = sink.Now;
            await sink.CodeAsync(username);
            waits.Add((sink.TimeOf(username) - asked).TotalMilliseconds);
        }

        return waits.Order().ElementAt(waits.Count / 2);
    }
}
