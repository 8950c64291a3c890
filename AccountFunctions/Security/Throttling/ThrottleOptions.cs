using System.ComponentModel.DataAnnotations;
using System.Net;

namespace AccountFunctions.Security.Throttling;

/// <summary>Settings <c>Throttle__*</c>: the limits of one address and of one client network.</summary>
public sealed class ThrottleOptions : IValidatableObject
{
    /// <summary>Time between two requested mails to one address.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ResendCooldown { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Mails to one address per hour, for all purposes together.</summary>
    [Range(1, 1000)] public int MailsPerHour { get; set; } = 5;

    /// <summary>Mails to one address per day, for all purposes together.</summary>
    [Range(1, 50)] public int MailsPerDay { get; set; } = 10;

    /// <summary>Failed sign-ins at one address within <see cref="SignInWindow"/> before the first delay.</summary>
    [Range(1, 100)] public int SignInFailures { get; set; } = 5;

    /// <summary>The window in which failed sign-ins count.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SignInWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest delay after a failed sign-in. Delays begin at 30 seconds and double.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Requests of one client network to the open operations per minute. Refreshes that succeed do not count. Calls with an access token
    /// that send a mail have a count of their own, with the same limit.
    /// </summary>
    [Range(1, 1_000_000)] public int RequestsPerMinute { get; set; } = 60;

    /// <summary>
    /// Which entry of <c>X-Forwarded-For</c>, counted from the right, is the client: 1 behind Azure's front end, 2 with your own proxy in
    /// front of it.
    /// </summary>
    [Range(1, 10)] public int TrustedProxyHops { get; set; } = 1;

    /// <summary>
    /// Networks of your own servers that call on behalf of many users, as comma-separated CIDR ranges. The limit per network does not apply
    /// to them.
    /// </summary>
    public string ExemptNetworks { get; set; } = "";

    /// <summary>The valid ranges of <see cref="ExemptNetworks"/>.</summary>
    public IEnumerable<IPNetwork> ExemptRanges =>
        Entries.Select(entry => IPNetwork.TryParse(entry, out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>();

    private string[] Entries => ExemptNetworks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Array.Find(Entries, entry => !IPNetwork.TryParse(entry, out _)) is { } unreadable)
        {
            yield return new ValidationResult(
                $"'{unreadable}' is not a CIDR range like 203.0.113.0/24 or 2001:db8::/32", [nameof(ExemptNetworks)]);
        }
    }
}
