using System.ComponentModel.DataAnnotations;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Accounts;

/// <summary>Settings <c>Accounts__*</c>: accounts and the API documentation.</summary>
public sealed class AccountOptions : IValidatableObject
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

    /// <summary>
    /// Addresses, separated by commas, whose accounts become administrators when they are activated or sign in. For the first one: later,
    /// administrators choose others, and a demoted account whose address is still listed here becomes one again.
    /// </summary>
    public string Administrators { get; set; } = "";

    /// <summary>
    /// True: the app tells another service what happens to accounts, as CloudEvents with ids only, on the queue <c>account-events</c>.
    /// </summary>
    public bool PublishEvents { get; set; }

    /// <summary>Whether the app serves <c>/api/docs</c>, its pages and <c>/api/openapi.json</c>.</summary>
    public bool ServeDocs { get; set; } = true;

    /// <summary>Whether the account of an address is an administrator's because the settings say so.</summary>
    /// <param name="username">In its canonical form.</param>
    public bool IsAdministrator(string username) => Administrators is not "" && Listed().Any(address => address?.Canonical == username);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Administrators is not "" && Listed().Contains(null)
            ? [new ValidationResult("must be email addresses, separated by commas", [nameof(Administrators)])]
            : [];

    private IEnumerable<EmailAddress?> Listed() =>
        Administrators.Split(',').Select(text => EmailAddress.TryParse(text, out var address) ? address : null);
}
