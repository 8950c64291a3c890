using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>What the mails say. Nothing that a stranger typed stands in them: whoever registers an address need not be its owner.</summary>
public sealed class EmailTexts(IOptions<EmailOptions> options)
{
    private const string NotYou = "If it was not you, use “forgot password” in the app at once and secure your mailbox.";

    private string Product => options.Value.ProductName;

    public EmailText ActivationCode(string code, TimeSpan validFor) => new(
        $"{code} is your {Product} activation code",
        [$"Welcome to {Product}. Enter this code to activate your account:"],
        code,
        [$"It is valid for {Duration(validFor)}. If you did not sign up, ignore this mail: without the code there is no account."]);

    public EmailText AlreadyRegistered() => new(
        $"You already have an account at {Product}",
        [
            $"Somebody, perhaps you, tried to sign up at {Product} with this address. It has an account already, and nothing about it was changed.",
            "If it was you, sign in as usual, or use “forgot password” in the app. If not, there is nothing to do.",
        ]);

    public EmailText ResetCode(string code, TimeSpan validFor) => new(
        $"{code} is your {Product} password reset code",
        ["Somebody, perhaps you, asked to reset the password of your account. Enter this code to choose a new one:"],
        code,
        [$"It is valid for {Duration(validFor)}. If it was not you, ignore this mail: nothing changes, and you can still sign in."]);

    public EmailText PasswordChanged() => new(
        $"Your {Product} password was changed",
        ["The password of your account was just changed, and all other devices were signed out.", NotYou]);

    public EmailText PasswordReset() => new(
        $"Your {Product} password was reset",
        ["The password of your account was just reset with a mailed code, and all devices were signed out.", NotYou]);

    private static string Duration(TimeSpan span) => span switch
    {
        { TotalHours: >= 1 } => Count(span.TotalHours, "hour"),
        { TotalMinutes: >= 1 } => Count(span.TotalMinutes, "minute"),
        _ => Count(span.TotalSeconds, "second"),
    };

    private static string Count(double number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(number)} {unit}{(Math.Floor(number) == 1 ? "" : "s")}");
}

/// <summary>A mail's subject and paragraphs, with the code, if it carries one, on a line of its own between them.</summary>
public sealed record EmailText(string Subject, IReadOnlyList<string> Before, string? Code = null, IReadOnlyList<string>? After = null)
{
    private IEnumerable<string> Paragraphs => [.. Before, .. Code is null ? Array.Empty<string>() : [Code], .. After ?? []];

    public string PlainText => string.Join("\n\n", Paragraphs) + "\n";

    public string Html
    {
        get
        {
            var paragraphs = Paragraphs.Select(text => text == Code
                ? $"<p style=\"font:bold 32px/1.3 monospace;letter-spacing:4px\">{WebUtility.HtmlEncode(text)}</p>"
                : $"<p>{WebUtility.HtmlEncode(text)}</p>");
            return $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>{WebUtility.HtmlEncode(Subject)}</title></head>"
                + $"<body style=\"font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:auto;padding:16px\">{string.Concat(paragraphs)}</body></html>";
        }
    }
}
