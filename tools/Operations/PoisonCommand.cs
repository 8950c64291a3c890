using System.Globalization;
using System.Security.Cryptography;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- poison …</c>: for operators who handle abandoned jobs. It works on the configured storage,
/// from anywhere. With the app's <c>Codes__Key</c> in the environment it says what the jobs are. A job that is sent again sees the current
/// rows: the app drops one whose code has expired.
/// </summary>
public sealed class PoisonCommand(
    QueueServiceClient service,
    EmailOutbox emailJobs,
    HousekeepingQueue housekeepingJobs,
    TextWriter output)
{
    public const string Usage = """
        poison list                lists the abandoned mail jobs
        poison redrive ID|--all    sends one of them, or all of them, to the mail queue again
        poison drop ID|--all       deletes one of them, or all of them
          --queue housekeeping-jobs  at the end: works on those jobs instead
        """;

    private const int MaxMessages = 32;
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    // A message stays invisible to others while the command moves it. If the command dies, the message reappears after this time.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (command, queue) = args is [.. var before, "--queue", var name] ? (before, name) : (args, QueueNames.EmailJobs);
        return await StorageErrors.GuardAsync(output, async () =>
        {
            switch (command)
            {
                case var _ when queue is not QueueNames.EmailJobs and not QueueNames.HousekeepingJobs:
                    goto default;
                case ["list"]:
                    await ListAsync(queue, cancellationToken);
                    return 0;
                case ["redrive" or "drop", var which]:
                    var redriven = command[0] is "redrive" ? service.GetQueueClient(queue) : null;
                    return await HandleAsync(PoisonOf(queue), redriven, which is "--all" ? null : which, cancellationToken);
                default:
                    await output.WriteLineAsync(Usage);
                    return 2;
            }
        });
    }

    private QueueClient PoisonOf(string queue) => service.GetQueueClient(QueueNames.PoisonOf(queue));

    private async Task ListAsync(string queue, CancellationToken cancellationToken)
    {
        var poison = PoisonOf(queue);
        var count = (await poison.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        var messages = (await poison.PeekMessagesAsync(MaxMessages, cancellationToken)).Value;
        foreach (var message in messages)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{message.MessageId}  abandoned {message.InsertedOn:u}  {Describe(queue, message.Body)}"));
        }

        await output.WriteLineAsync($"{count} in all{(messages.Length < count ? $", the first {messages.Length} shown" : "")}");
    }

    // Moves the messages to a queue, or deletes them if there is none.
    private async Task<int> HandleAsync(QueueClient poison, QueueClient? queue, string? id, CancellationToken cancellationToken)
    {
        // Ignore messages that come back while this runs.
        var start = (await poison.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        var (seen, done) = (0, 0);
        var verb = queue is null ? "dropped" : "sent again";
        var passed = new List<QueueMessage>();
        while (seen < start && (id is null || done == 0))
        {
            var messages = (await poison.ReceiveMessagesAsync(MaxMessages, Lease, cancellationToken)).Value;
            if (messages is [])
            {
                break;
            }

            foreach (var message in messages)
            {
                seen++;
                if (seen > start || (id is not null && message.MessageId != id))
                {
                    passed.Add(message);
                    continue;
                }

                if (queue is not null)
                {
                    await queue.SendMessageAsync(message.Body, timeToLive: Forever, cancellationToken: cancellationToken);
                }

                await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
                await output.WriteLineAsync($"{message.MessageId}  {verb}");
                done++;
            }
        }

        foreach (var message in passed)
        {
            await poison.UpdateMessageAsync(
                message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: cancellationToken);
        }

        var missed = id is not null && done == 0;
        await output.WriteLineAsync(missed ? $"No message {id} is there, or another command is using it." : $"{done} {verb}");
        return missed ? 1 : 0;
    }

    private string Describe(string queue, BinaryData body)
    {
        try
        {
            object? job = queue is QueueNames.EmailJobs ? emailJobs.Read(body) : housekeepingJobs.Read(body);
            return job switch
            {
                EmailJob mail => string.Create(CultureInfo.InvariantCulture, $"{mail.Kind} of {mail.Id}, requested {mail.Issued:u}"),
                HousekeepingJob later => string.Create(CultureInfo.InvariantCulture, $"{later.GetType().Name}, due {later.Due:u}"),
                _ => "no job",
            };
        }
        catch (CryptographicException)
        {
            return "sealed with another key than Codes__Key";
        }
    }
}
