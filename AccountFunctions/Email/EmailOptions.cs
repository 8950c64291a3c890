using System.ComponentModel.DataAnnotations;
using AccountFunctions.Contract;

namespace AccountFunctions.Email;

/// <summary>Settings <c>Email__*</c>: the sender of mails and the transport.</summary>
public sealed class EmailOptions : IValidatableObject
{
    /// <summary>
    /// What carries the mails. <c>AzureCommunication</c> needs <c>CommunicationServices</c>, <c>Smtp</c> needs <c>Smtp__Host</c>.
    /// </summary>
    public EmailTransportKind Transport { get; set; }

    /// <summary>A bare address. <see cref="ProductName"/> is the name beside it.</summary>
    [Required] public string Sender { get; set; } = "";

    /// <summary>What mails call the product.</summary>
    [Required] public string ProductName { get; set; } = "";

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

        if (!EmailLanguage.Supported.Contains(DefaultLanguage))
        {
            yield return new ValidationResult($"must be one of {string.Join(", ", EmailLanguage.Supported)}", [nameof(DefaultLanguage)]);
        }
    }
}
