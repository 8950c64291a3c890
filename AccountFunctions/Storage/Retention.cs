namespace AccountFunctions.Storage;

/// <summary>How long rows are kept that nobody needs for ever.</summary>
public static class Retention
{
    /// <summary>How far back an account's history reaches.</summary>
    public static readonly TimeSpan History = TimeSpan.FromDays(365);

    /// <summary>
    /// How long failed sign-ins count after the last one. So an address is good for 100 guesses a month, whether or not it has an account,
    /// and so is a device.
    /// </summary>
    public static readonly TimeSpan Failures = TimeSpan.FromDays(30);

    /// <summary>How long a device is good after its last sign-in. The next sign-in or sweep removes its row.</summary>
    public static readonly TimeSpan Devices = TimeSpan.FromDays(365);

    /// <summary>How long a notice is worth sending, and how far back mails to an address are counted.</summary>
    public static readonly TimeSpan Mails = TimeSpan.FromDays(1);

    /// <summary>How long the address before a change stays the recovery address of the account.</summary>
    public static readonly TimeSpan FormerAddress = TimeSpan.FromHours(72);

    /// <summary>Longer than a request runs: when a job takes over what a request may not have finished.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromMinutes(1);

    /// <summary>Added to the end of what a row is about: requests that were running then are over, and clocks may differ.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);
}
