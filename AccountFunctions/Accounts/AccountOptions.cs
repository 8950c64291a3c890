using System.ComponentModel.DataAnnotations;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;

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
    /// Test addresses and their codes, as in <c>review@example.com=123456</c>, separated by commas. Every code that a mail to such an
    /// address would carry is this one, and the app sends it no mail. Everybody may know the code, so its account is anyone's and never
    /// an administrator's.
    /// </summary>
    public string TestAddresses { get; set; } = "";

    /// <summary>True: the app starts in Production although there are test addresses.</summary>
    public bool AllowTestAddresses { get; set; }

    /// <summary>
    /// True: the app tells another service what happens to accounts, as CloudEvents with ids only, on the queue <c>account-events</c>.
    /// </summary>
    public bool PublishEvents { get; set; }

    /// <summary>Whether the app serves <c>/api/docs</c>, its pages and <c>/api/openapi.json</c>.</summary>
    public bool ServeDocs { get; set; } = true;

    internal FixedCodes FixedCodes => FixedCodes.TryParse(TestAddresses, out var codes) ? codes : FixedCodes.None;

    /// <summary>The role that the account of an address has by the settings.</summary>
    /// <param name="username">In its canonical form.</param>
    /// <param name="role">Its role where the settings do not decide.</param>
    public string RoleOf(string username, string role) =>
        TestAddresses is not "" && FixedCodes.Has(EmailAddress.KeyOf(username)) ? AccountEntity.ClientRole
        : Administrators is not "" && Listed().Any(address => address?.Canonical == username) ? AccountEntity.AdminRole
        : role;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Administrators is not "" && Listed().Contains(null))
        {
            yield return new ValidationResult("must be email addresses, separated by commas", [nameof(Administrators)]);
        }

        if (!FixedCodes.TryParse(TestAddresses, out var codes))
        {
            yield return new ValidationResult(
                "must be address=code, separated by commas, each address once and each code of digits", [nameof(TestAddresses)]);
        }
        else if (Administrators is not "" && Listed().Any(address => address is not null && codes.Has(address.Key)))
        {
            yield return new ValidationResult(
                "has an address that is in Accounts__Administrators, too: anyone could be an administrator", [nameof(TestAddresses)]);
        }
    }

    private IEnumerable<EmailAddress?> Listed() =>
        Administrators.Split(',').Select(text => EmailAddress.TryParse(text, out var address) ? address : null);
}
