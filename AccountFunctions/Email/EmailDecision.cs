namespace AccountFunctions.Email;

/// <summary>What to do with a job, given the current rows.</summary>
public abstract record EmailDecision
{
    private EmailDecision()
    {
    }

    /// <param name="To">The stored address, never one that a request named.</param>
    public sealed record Send(string To, EmailText Text, EmailPriority Priority) : EmailDecision;

    /// <summary>The job was enqueued before its row was committed. The row may still arrive, or its request failed.</summary>
    public sealed record Wait : EmailDecision;

    /// <summary>Try again after this time.</summary>
    public sealed record Postpone(TimeSpan Delay, string Reason) : EmailDecision;

    /// <param name="Reason">One of a few fixed phrases.</param>
    public sealed record Drop(string Reason) : EmailDecision;
}
