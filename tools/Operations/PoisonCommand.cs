using System.Globalization;
using System.Text.Json;
using AccountFunctions;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- poison …</c>: what operators do about jobs that were given up. It works on the storage that the settings name, from
/// anywhere. A job that is sent again meets the rows as they are now: one whose code has expired is dropped.
/// </summary>
public sealed class PoisonCommand(QueueServiceClient service, TextWriter output)
{
    public const string Usage = """
        poison list                lists the mail jobs that were given up
        poison redrive ID|--all    sends one of them, or all, through the mail queue again
        poison drop ID|--all       forgets one of them, or all
          --queue housekeeping-jobs  at the end: those jobs instead
        """;

    private const int MaxMessages = 32;
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    // While it is being moved, nobody else sees a message; if the command dies, it is back after this time.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (command, queue) = args is [.. var before, "--queue", var name] ? (before, name) : (args, EmailOutbox.QueueName);
        try
        {
            switch (command)
            {
                case var _ when queue is not EmailOutbox.QueueName and not HousekeepingSchedule.QueueName:
                    goto default;
                case ["list"]:
                    await ListAsync(PoisonOf(queue), cancellationToken);
                    return 0;
                case ["redrive" or "drop", var which]:
                    return await HandleAsync(service.GetQueueClient(queue), PoisonOf(queue), command[0] is "redrive", which is "--all" ? null : which, cancellationToken);
                default:
                    await output.WriteLineAsync(Usage);
                    return 2;
            }
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            await output.WriteLineAsync($"The storage cannot be used: {e.Message.Split('\n')[0]}");
            return 1;
        }
    }

    private QueueClient PoisonOf(string queue) => service.GetQueueClient($"{queue}-poison");

    private async Task ListAsync(QueueClient poison, CancellationToken cancellationToken)
    {
        var count = (await poison.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        var messages = (await poison.PeekMessagesAsync(MaxMessages, cancellationToken)).Value;
        foreach (var message in messages)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{message.MessageId}  given up {message.InsertedOn:u}  {Describe(message.Body)}"));
        }

        await output.WriteLineAsync($"{count} in all{(messages.Length < count ? $", the first {messages.Length} shown" : "")}");
    }

    private async Task<int> HandleAsync(QueueClient queue, QueueClient poison, bool redrive, string? id, CancellationToken cancellationToken)
    {
        // What comes back while this runs is left for the next time.
        var start = (await poison.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        var (seen, done) = (0, 0);
        var passed = new List<QueueMessage>();
        while (seen < start && (id is null || done == 0) && (await poison.ReceiveMessagesAsync(MaxMessages, Lease, cancellationToken)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                seen++;
                if (seen > start || (id is not null && message.MessageId != id))
                {
                    passed.Add(message);
                    continue;
                }

                if (redrive)
                {
                    await queue.SendMessageAsync(message.Body, timeToLive: Forever, cancellationToken: cancellationToken);
                }

                await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
                await output.WriteLineAsync($"{message.MessageId}  {(redrive ? "sent again" : "dropped")}");
                done++;
            }
        }

        foreach (var message in passed)
        {
            await poison.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: cancellationToken);
        }

        await output.WriteLineAsync(id is not null && done == 0 ? $"No message {id} is there, or another command is at it." : $"{done} {(redrive ? "sent again" : "dropped")}");
        return id is not null && done == 0 ? 1 : 0;
    }

    private static string Describe(BinaryData body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, AccountJson.Default.EmailJob) is { } job
                ? string.Create(CultureInfo.InvariantCulture, $"{job.Kind} of {job.Id}, asked for {job.Issued:u}")
                : "no job";
        }
        catch (JsonException)
        {
            return HousekeepingJob.Read(body) is { } job ? string.Create(CultureInfo.InvariantCulture, $"{job.GetType().Name}, due {job.Due:u}") : "no job";
        }
    }
}
