using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Accounts;

/// <summary>Settings <c>Accounts__*</c>: the accounts themselves.</summary>
public sealed class AccountOptions
{
    /// <summary>How long a new account may sign in; enforced for role <c>C</c>. <c>00:00:00</c>: accounts do not expire.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long an account whose owner has asked for its deletion is kept, and may be taken back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan DeletionGrace { get; set; } = TimeSpan.FromDays(14);

    /// <summary>
    /// True gives the telling answers <c>username_taken</c> and <c>invalid_username</c>, and with them a way to find out who has an
    /// account.
    /// </summary>
    public bool DiscloseAddresses { get; set; }

    /// <summary>Whether <c>/api/docs</c> with its pages and <c>/api/openapi.json</c> are served.</summary>
    public bool ServeDocs { get; set; } = true;
}
