namespace AccountFunctions.Storage;

/// <summary>How long the app keeps rows that are only needed for a time.</summary>
public static class Retention
{
    /// <summary>How far back an account's history reaches.</summary>
    public static readonly TimeSpan History = TimeSpan.FromDays(365);

    /// <summary>
    /// How long failed sign-ins count after the last one. So an address allows 100 guesses a month, whether or not it has an account, and
    /// so does a device.
    /// </summary>
    public static readonly TimeSpan Failures = TimeSpan.FromDays(30);

    /// <summary>How long a device is valid after its last sign-in. The next sign-in or sweep removes its row.</summary>
    public static readonly TimeSpan Devices = TimeSpan.FromDays(365);

    /// <summary>How far back mails to an address count.</summary>
    public static readonly TimeSpan Mails = TimeSpan.FromDays(1);

    /// <summary>
    /// How long bounces count after the time in which the app sends nothing: as long as the mail service remembers an address at most.
    /// </summary>
    public static readonly TimeSpan Bounces = TimeSpan.FromDays(14);

    /// <summary>How long a notice is still worth sending: as long as the owner can still take the account back.</summary>
    public static readonly TimeSpan Notices = TimeSpan.FromHours(72);

    /// <summary>How long the former address of an account stays its recovery address.</summary>
    public static readonly TimeSpan FormerAddress = TimeSpan.FromHours(72);

    /// <summary>Longer than a request runs: when a job takes over what a request may not have finished.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromMinutes(1);

    /// <summary>Added to the end of a row's use, because requests may still be running and clocks may differ.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);
}
