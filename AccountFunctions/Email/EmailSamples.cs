using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>One sample of each mail, for the gallery.</summary>
public sealed class EmailSamples(EmailTexts texts, IOptions<CodeOptions> codes, TimeProvider time)
{
    /// <param name="language">One of <see cref="EmailLanguage.Supported"/>.</param>
    public IReadOnlyList<EmailSample> Write(string language)
    {
        var code = string.Concat(Enumerable.Range(1, codes.Value.Digits).Select(digit => digit % 10));
        return
        [
            new("Someone registers the address.", texts.ActivationCode(language, code, codes.Value.ActivationLifetime)),
            new("Someone registers an address that already has an account.", texts.AlreadyRegistered(language)),
            new("Someone requests a code for an address with an account.", texts.ResetCode(language, code, codes.Value.ResetLifetime)),
            new("Someone requests a code to sign in.", texts.SignInCode(language, code, codes.Value.ResetLifetime)),
            new("The address was registered with different passwords.", texts.SetPassword(language, code, codes.Value.ResetLifetime)),
            new("A new client signs in.", texts.NewSignIn(language, time.GetUtcNow())),
            new("The owner of an account wants to move it to this address.", texts.EmailChange(language, code, codes.Value.ResetLifetime)),
            new("The owner of another account wants this address, which already has an account.", texts.AddressTaken(language)),
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
