using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Accounts;

/// <summary>Settings <c>Accounts__*</c>: accounts and the API documentation.</summary>
public sealed class AccountOptions
{
    /// <summary>How long a new account may sign in; applies to role <c>C</c> only. <c>00:00:00</c>: accounts do not expire.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long an account is kept after its owner requests deletion. Until then, the owner can restore it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan DeletionGrace { get; set; } = TimeSpan.FromDays(14);

    /// <summary>
    /// True: the app may answer <c>username_taken</c> and <c>invalid_username</c>, which lets anyone find out who has an account.
    /// </summary>
    public bool DiscloseAddresses { get; set; }

    /// <summary>
    /// True: the owner of an account may sign in with a mailed code instead of the password. The account is then as safe as the mailbox.
    /// </summary>
    public bool SignInByCode { get; set; }

    /// <summary>Whether the app serves <c>/api/docs</c>, its pages and <c>/api/openapi.json</c>.</summary>
    public bool ServeDocs { get; set; } = true;
}
