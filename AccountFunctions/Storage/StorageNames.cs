namespace AccountFunctions.Storage;

/// <summary>Names of the tables. The Bicep templates create them in Azure.</summary>
public static class TableNames
{
    public const string Addresses = "Addresses";
    public const string Accounts = "Accounts";
    public const string Throttles = "Throttles";
    public const string Deletions = "Deletions";
    public const string Tickets = "Tickets";
    public const string Directory = "Directory";

    public static IReadOnlyList<string> All { get; } = [Addresses, Accounts, Throttles, Deletions, Tickets, Directory];
}

/// <summary>
/// Names of the queues. For messages that failed too often, the Functions host appends <c>-poison</c> to the name.
/// </summary>
public static class QueueNames
{
    public const string EmailJobs = "email-jobs";
    public const string EmailJobsPoison = EmailJobs + PoisonSuffix;
    public const string HousekeepingJobs = "housekeeping-jobs";
    public const string HousekeepingJobsPoison = HousekeepingJobs + PoisonSuffix;
    public const string AccountEvents = "account-events";
    public const string MailReports = "mail-reports";
    public const string MailReportsPoison = MailReports + PoisonSuffix;
    private const string PoisonSuffix = "-poison";

    /// <summary>The queues with jobs to run.</summary>
    public static IReadOnlyList<string> Jobs { get; } = [EmailJobs, HousekeepingJobs];

    /// <summary>Every queue; a name that is a prefix of another comes after it.</summary>
    public static IReadOnlyList<string> All { get; } =
        [EmailJobsPoison, EmailJobs, HousekeepingJobsPoison, HousekeepingJobs, AccountEvents, MailReportsPoison, MailReports];

    public static string PoisonOf(string queue) => queue + PoisonSuffix;
}
