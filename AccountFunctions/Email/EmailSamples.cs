using Azure.Communication.Email;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>One of each mail in each language, for people who want to see them: LocalRuntime shows them in its gallery.</summary>
public sealed class EmailSamples(EmailTexts texts, IOptions<EmailOptions> email, IOptions<CodeOptions> codes, TimeProvider time)
{
    /// <summary>The key under which they are registered, as a function that writes messages with a <c>Content-Language</c>.</summary>
    public const string Key = "EmailSamples";

    public IEnumerable<EmailMessage> Write()
    {
        var code = string.Concat(Enumerable.Range(1, codes.Value.Digits).Select(digit => digit % 10));
        return EmailLanguage.Supported.SelectMany(language => new[]
        {
            texts.ActivationCode(language, code, codes.Value.ActivationLifetime),
            texts.AlreadyRegistered(language),
            texts.ResetCode(language, code, codes.Value.ResetLifetime),
            texts.PasswordChanged(language),
            texts.PasswordReset(language),
            texts.NewSignIn(language, time.GetUtcNow()),
        }).Select(text => new EmailMessage(email.Value.Sender, email.Value.Sender, new EmailContent(text.Subject) { PlainText = text.PlainText, Html = text.Html })
        {
            Headers = { ["Content-Language"] = text.Culture.Name },
        });
    }
}
