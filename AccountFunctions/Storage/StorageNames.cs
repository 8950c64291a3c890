namespace AccountFunctions.Storage;

/// <summary>Names of the tables. The Bicep creates them in Azure.</summary>
public static class TableNames
{
    public const string Addresses = "Addresses";
    public const string Accounts = "Accounts";
    public const string Throttles = "Throttles";
    public const string Deletions = "Deletions";

    public static IReadOnlyList<string> All { get; } = [Addresses, Accounts, Throttles, Deletions];
}

/// <summary>
/// Names of the queues. The Functions host appends <c>-poison</c> to the name of a queue for messages that failed too often.
/// </summary>
public static class QueueNames
{
    public const string EmailJobs = "email-jobs";
    public const string EmailJobsPoison = EmailJobs + PoisonSuffix;
    public const string HousekeepingJobs = "housekeeping-jobs";
    public const string HousekeepingJobsPoison = HousekeepingJobs + PoisonSuffix;
    private const string PoisonSuffix = "-poison";

    /// <summary>Where jobs wait to be done.</summary>
    public static IReadOnlyList<string> Jobs { get; } = [EmailJobs, HousekeepingJobs];

    /// <summary>Every queue; a name before those that it begins.</summary>
    public static IReadOnlyList<string> All { get; } = [EmailJobsPoison, EmailJobs, HousekeepingJobsPoison, HousekeepingJobs];

    public static string PoisonOf(string queue) => queue + PoisonSuffix;
}
