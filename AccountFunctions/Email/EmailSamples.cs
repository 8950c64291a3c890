using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>One of each mail, for people who want to see them.</summary>
public sealed class EmailSamples(EmailTexts texts, IOptions<CodeOptions> codes, TimeProvider time)
{
    /// <param name="language">One of <see cref="EmailLanguage.Supported"/>.</param>
    public IReadOnlyList<EmailSample> Write(string language)
    {
        var code = string.Concat(Enumerable.Range(1, codes.Value.Digits).Select(digit => digit % 10));
        return
        [
            new("Somebody registers the address.", texts.ActivationCode(language, code, codes.Value.ActivationLifetime)),
            new("Somebody registers an address that has an account.", texts.AlreadyRegistered(language)),
            new("Somebody asks for a code at an address with an account.", texts.ResetCode(language, code, codes.Value.ResetLifetime)),
            new("The address was registered with different passwords.", texts.SetPassword(language, code, codes.Value.ResetLifetime)),
            new("A client signs in that was not used before.", texts.NewSignIn(language, time.GetUtcNow())),
            new("Somebody asks for the address for an account.", texts.EmailChange(language, code, codes.Value.ResetLifetime)),
            new("Somebody asks for an address that has an account for another account.", texts.AddressTaken(language)),
            .. Act.All.Select(act => act.Notice).OfType<Notice>()
                .Select(notice => new EmailSample(
                    notice.Trigger,
                    texts.Notice(
                        notice,
                        language,
                        time.GetUtcNow() + Retention.FormerAddress,
                        notice.CarriesTakeBackCode ? "01234-56789-ABCDE-FGHJK-MNPQR-S" : null))),
        ];
    }
}

/// <summary>A mail and what makes the app send it.</summary>
public sealed record EmailSample(string Trigger, EmailText Mail);
