using System.Text.Json;

namespace LocalHost.Mail;

/// <param name="Id">The id of the send operation; a repeated send leaves two mails with one id.</param>
internal sealed record ReceivedMail(
    Guid Id, IReadOnlyList<string> To, string From, string Subject, string? PlainText, string? Html, DateTimeOffset Received);

/// <summary>The newest mails and the outcomes of their sends.</summary>
internal sealed class Mailbox
{
    private const int Capacity = 10_000;
    private readonly string? file;

    private readonly Lock gate = new();
    private readonly Queue<ReceivedMail> mails = [];
    private readonly Queue<OperationStatus> outcomes = [];

    /// <param name="file">A line of JSON for each mail; null keeps the mails in memory.</param>
    public Mailbox(string? file)
    {
        this.file = file;
        foreach (var line in File.Exists(file) ? File.ReadLines(file).TakeLast(Capacity) : [])
        {
            if (Read(line) is { } mail)
            {
                Keep(mails, mail);
            }
        }
    }

    /// <param name="mail">Null if the send fails and nothing arrives.</param>
    public void Add(OperationStatus outcome, ReceivedMail? mail)
    {
        lock (gate)
        {
            Keep(outcomes, outcome);
            if (mail is not null)
            {
                Keep(mails, mail);
                if (file is not null)
                {
                    // Write the line break first, so that a partial line of a killed host does not swallow this one.
                    File.AppendAllText(file, "\n" + JsonSerializer.Serialize(mail, EmailWire.Default.ReceivedMail));
                }
            }
        }
    }

    public OperationStatus? FindOutcome(string operationId)
    {
        lock (gate)
        {
            return outcomes.LastOrDefault(outcome => outcome.Id.Equals(operationId, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Oldest first; all mails if there is no address.</summary>
    public ReceivedMail[] Find(string? to)
    {
        lock (gate)
        {
            return [.. mails.Where(mail => string.IsNullOrEmpty(to) || mail.To.Contains(to, StringComparer.OrdinalIgnoreCase))];
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            mails.Clear();
            if (file is not null)
            {
                File.Delete(file);
            }
        }
    }

    private static ReceivedMail? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EmailWire.Default.ReceivedMail);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Keep<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > Capacity)
        {
            queue.Dequeue();
        }
    }
}
