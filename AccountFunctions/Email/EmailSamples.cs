using AccountFunctions.Security;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>One of each mail in each language, for people who want to see them.</summary>
public sealed class EmailSamples(EmailTexts texts, IOptions<CodeOptions> codes, TimeProvider time)
{
    public IEnumerable<EmailText> Write()
    {
        var code = string.Concat(Enumerable.Range(1, codes.Value.Digits).Select(digit => digit % 10));
        return EmailLanguage.Supported.SelectMany(language => new[]
        {
            texts.ActivationCode(language, code, codes.Value.ActivationLifetime),
            texts.AlreadyRegistered(language),
            texts.ResetCode(language, code, codes.Value.ResetLifetime),
            texts.SetPassword(language, code, codes.Value.ResetLifetime),
            texts.PasswordChanged(language),
            texts.PasswordReset(language),
            texts.NewSignIn(language, time.GetUtcNow()),
        });
    }
}
