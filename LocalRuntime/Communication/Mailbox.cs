namespace LocalRuntime.Communication;

/// <summary>The mails, their operations and the faults to come.</summary>
internal sealed class Mailbox
{
    private const int MaxMails = 10_000;
    private readonly Lock sync = new();
    private readonly Queue<SentMail> mails = [];
    private readonly Queue<Fault> faults = [];
    private readonly Dictionary<Guid, Outcome> outcomes = [];
    private Outcome nextOutcome = new("Succeeded");

    public void Add(SentMail mail, Guid operationId)
    {
        lock (sync)
        {
            mails.Enqueue(mail);
            outcomes[operationId] = nextOutcome;
            nextOutcome = new("Succeeded");
            if (mails.Count > MaxMails)
            {
                mails.Dequeue();
                outcomes.Remove(outcomes.Keys.First());
            }
        }
    }

    public void Add(Fault fault)
    {
        lock (sync)
        {
            for (var i = 0; i < fault.Times; i++)
            {
                faults.Enqueue(fault);
            }
        }
    }

    /// <summary>Oldest first; <paramref name="to"/> empty or null lists all.</summary>
    public IReadOnlyList<SentMail> List(string? to)
    {
        lock (sync)
        {
            return [.. mails.Where(mail => string.IsNullOrEmpty(to) || mail.To.Contains(to, StringComparer.OrdinalIgnoreCase))];
        }
    }

    public Outcome? Find(Guid operationId)
    {
        lock (sync)
        {
            return outcomes.GetValueOrDefault(operationId);
        }
    }

    public void Clear()
    {
        lock (sync)
        {
            mails.Clear();
            faults.Clear();
            outcomes.Clear();
        }
    }

    /// <summary>The fault that this request meets, after its delay; null for none.</summary>
    public async Task<Fault?> MeetFaultAsync()
    {
        Fault? fault;
        lock (sync)
        {
            if (!faults.TryDequeue(out fault))
            {
                return null;
            }

            if (fault.OperationStatus is { } status)
            {
                nextOutcome = new(status, fault.Code);
            }
        }

        await Task.Delay(fault.DelayMs ?? 0);
        return fault;
    }
}
