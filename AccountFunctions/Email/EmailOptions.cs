using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Email;

/// <summary>Settings <c>Email__*</c>: the sender of mails and the transport.</summary>
public sealed partial class EmailOptions : IValidatableObject
{
    /// <summary>
    /// What carries the mails. <c>AzureCommunication</c> needs <c>CommunicationServices</c>, <c>Smtp</c> needs <c>Smtp__Host</c>.
    /// </summary>
    public EmailTransportKind Transport { get; set; }

    /// <summary>A bare address. <see cref="ProductName"/> is the name beside it.</summary>
    [Required] public string Sender { get; set; } = "";

    /// <summary>What mails call the product.</summary>
    [Required] public string ProductName { get; set; } = "";

    /// <summary>The colour of the line above a mail and of the frame around its code, like <c>#0b57d0</c>.</summary>
    public string AccentColor { get; set; } = "#0b57d0";

    /// <summary>An https address of a picture, 40 pixels high, that mails show in place of the product's name; empty for none.</summary>
    public string LogoUrl { get; set; } = "";

    /// <summary>The language of mails to people who asked for none of those that mails are written in.</summary>
    public string DefaultLanguage { get; set; } = "en";

    /// <summary>Mails that may leave in any minute, all instances together: the quota that the transport grants.</summary>
    [Range(1, 10_000_000)] public int PerMinute { get; set; } = 30;

    /// <summary>Mails that may leave in any hour, all instances together.</summary>
    [Range(1, 100_000_000)] public int PerHour { get; set; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!EmailAddress.TryParse(Sender, out var sender) || sender.Mailbox != Sender)
        {
            yield return new ValidationResult("must be a bare address, like accounts@example.com", [nameof(Sender)]);
        }

        // They go into the style and the markup of mails.
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
