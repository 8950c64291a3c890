using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Email;

/// <summary>Settings <c>Email__*</c>: sender, look, language, quota and transport of mails.</summary>
public sealed partial class EmailOptions : IValidatableObject
{
    /// <summary>
    /// The service that sends mails. <c>AzureCommunication</c> needs <c>CommunicationServices</c>, <c>Smtp</c> needs <c>Smtp__Host</c>.
    /// </summary>
    public EmailTransportKind Transport { get; set; }

    /// <summary>The sender's address, without a name. Mails show <see cref="ProductName"/> as the name.</summary>
    [Required] public string Sender { get; set; } = "";

    /// <summary>The product's name in mails.</summary>
    [Required] public string ProductName { get; set; } = "";

    /// <summary>The colour of the line at the top of a mail and of the frame around its code, for example <c>#0b57d0</c>.</summary>
    public string AccentColor { get; set; } = "#0b57d0";

    /// <summary>The https URL of an image that mails show, 40 pixels high, instead of the product's name; empty for none.</summary>
    public string LogoUrl { get; set; } = "";

    /// <summary>The language of mails to users whose preferred languages are not supported.</summary>
    public string DefaultLanguage { get; set; } = "en";

    /// <summary>Mails that all instances together may send in any minute: the quota that the transport grants.</summary>
    [Range(1, 10_000_000)] public int PerMinute { get; set; } = 30;

    /// <summary>Mails that all instances together may send in any hour.</summary>
    [Range(1, 100_000_000)] public int PerHour { get; set; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!EmailAddress.TryParse(Sender, out var sender) || sender.Mailbox != Sender)
        {
            yield return new ValidationResult("must be a bare address, like accounts@example.com", [nameof(Sender)]);
        }

        // Validate them strictly, because mails put them into their style and markup.
        if (!Color().IsMatch(AccentColor))
        {
            yield return new ValidationResult("must be a colour like #0b57d0", [nameof(AccentColor)]);
        }

        if (LogoUrl is not "" && !(Uri.TryCreate(LogoUrl, UriKind.Absolute, out var logo) && logo.Scheme == Uri.UriSchemeHttps))
        {
            yield return new ValidationResult("must be an https address, like https://example.com/logo.png", [nameof(LogoUrl)]);
        }

        if (!EmailLanguage.Supported.Contains(DefaultLanguage))
        {
            yield return new ValidationResult($"must be one of {string.Join(", ", EmailLanguage.Supported)}", [nameof(DefaultLanguage)]);
        }
    }

    [GeneratedRegex(@"\A#[0-9A-Fa-f]{6}\z")]
    private static partial Regex Color();
}
