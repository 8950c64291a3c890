using System.Globalization;
using System.Resources;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>
/// The texts of mails in the recipient's language, from the resource files in <c>Texts</c>. They contain nothing that a user typed, not
/// even a name: a stranger may have registered the address.
/// </summary>
public sealed class EmailTexts(IOptions<EmailOptions> options)
{
    private static readonly ResourceManager Resources = new("AccountFunctions.Email.Texts.Mail", typeof(EmailTexts).Assembly);

    /// <param name="language">One of <see cref="EmailLanguage.Supported"/>; null for the default.</param>
    /// <param name="validFor">How long the code is still valid when the mail is written.</param>
    public EmailText ActivationCode(string? language, string code, TimeSpan validFor) =>
        Write(nameof(ActivationCode), language, code, validFor);

    public EmailText AlreadyRegistered(string? language) => Write(nameof(AlreadyRegistered), language);

    public EmailText ResetCode(string? language, string code, TimeSpan validFor) => Write(nameof(ResetCode), language, code, validFor);

    /// <inheritdoc cref="ActivationCode"/>
    public EmailText SignInCode(string? language, string code, TimeSpan validFor) => Write(nameof(SignInCode), language, code, validFor);

    public EmailText SetPassword(string? language, string code, TimeSpan validFor) => Write(nameof(SetPassword), language, code, validFor);

    public EmailText NewSignIn(string? language, DateTimeOffset time) => Write(nameof(NewSignIn), language, time: time);

    /// <inheritdoc cref="ActivationCode"/>
    public EmailText EmailChange(string? language, string code, TimeSpan validFor) => Write(nameof(EmailChange), language, code, validFor);

    public EmailText AddressTaken(string? language) => Write(nameof(AddressTaken), language);

    /// <param name="moment">What <see cref="Storage.Accounts.Notice.Time"/> says.</param>
    /// <param name="code">The take-back code, where <see cref="Storage.Accounts.Notice.CarriesTakeBackCode"/>.</param>
    public EmailText Notice(Notice notice, string? language, DateTimeOffset? moment, string? code) =>
        Write(notice.Text, language, code, time: moment ?? default);

    private EmailText Write(string name, string? language, string? code = null, TimeSpan validFor = default, DateTimeOffset time = default)
    {
        var culture = CultureInfo.GetCultureInfo(language ?? options.Value.DefaultLanguage);
        var moment = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        string Read(string part) => Text($"{name}.{part}", culture)
            .Replace("{product}", options.Value.ProductName, StringComparison.Ordinal)
            .Replace("{duration}", Duration(validFor, culture), StringComparison.Ordinal)
            .Replace("{time}", LeftToRight(moment, culture), StringComparison.Ordinal)
            .Replace("{code}", code, StringComparison.Ordinal);
        return new EmailText(culture, options.Value, Read("Subject"), Read("Text"), code);
    }

    // Round down, because a mail must not promise more than is left. Ignore the moment that it took to get here.
    private static string Duration(TimeSpan left, CultureInfo culture)
    {
        var span = left + TimeSpan.FromSeconds(30);
        var (number, unit) = span >= TimeSpan.FromHours(2) ? (span.TotalHours, "Hours")
            : span >= TimeSpan.FromMinutes(2) ? (span.TotalMinutes, "Minutes")
            : (left.TotalSeconds, "Seconds");
        return string.Format(CultureInfo.InvariantCulture, Text(unit, culture), Math.Floor(number));
    }

    // An isolate (UAX #9 §2.1) keeps its parts in order, which would change places between Arabic words.
    private static string LeftToRight(string text, CultureInfo culture) => culture.TextInfo.IsRightToLeft ? $"\u2066{text}\u2069" : text;

    private static string Text(string name, CultureInfo culture) =>
        Resources.GetString(name, culture) ?? throw new InvalidOperationException($"Resource {name} is missing.");
}
