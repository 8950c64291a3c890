namespace AccountFunctions.Email;

/// <summary>What to do about a job, given the rows as they are now.</summary>
public abstract record EmailDecision
{
    private EmailDecision()
    {
    }

    /// <param name="To">The stored address, never the one that a request named.</param>
    public sealed record Send(string To, EmailText Text, EmailPriority Priority) : EmailDecision;

    /// <summary>The job was enqueued before its row was committed. The row may still come, or its request has failed.</summary>
    public sealed record Wait : EmailDecision;

    /// <summary>Come again after this time.</summary>
    public sealed record Postpone(TimeSpan Delay, string Reason) : EmailDecision;

    /// <param name="Reason">One of a few fixed phrases.</param>
    public sealed record Drop(string Reason) : EmailDecision;
}
