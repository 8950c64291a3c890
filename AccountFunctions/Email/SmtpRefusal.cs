using System.Text.RegularExpressions;
using MailKit.Net.Smtp;

namespace AccountFunctions.Email;

/// <summary>
/// Classifies the refusals of mail servers. Only a refusal that names the mailbox is about the mail. Any other permanent refusal is a fault
/// of the deployment, because the same mail will go through after an operator fixes the relay.
/// </summary>
internal static partial class SmtpRefusal
{
    /// <summary>Null for a temporary refusal: 4xx (RFC 5321 §4.2.1).</summary>
    public static EmailFailure? Classify(SmtpCommandException refusal)
    {
        if ((int)refusal.StatusCode < 500)
        {
            return null;
        }

        // Servers put the enhanced status code (RFC 3463) at the start, or at the end as "(#5.1.1)".
        var code = EnhancedCode().Match(refusal.Message) is { Success: true } match ? match.Groups["code"].Value : null;
        var isAboutRecipient = refusal.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;
        return code switch
        {
            "5.2.2" => EmailFailure.Throttled,
            "5.1.1" or "5.1.2" or "5.1.3" or "5.1.6" or "5.1.10" or "5.2.1" when isAboutRecipient => EmailFailure.Permanent,
            not null => EmailFailure.Configuration,
            null when MailboxFull().IsMatch(refusal.Message) => EmailFailure.Throttled,
            null when isAboutRecipient && NoSuchUser().IsMatch(refusal.Message) && !OtherReason().IsMatch(refusal.Message) =>
                EmailFailure.Permanent,
            _ => EmailFailure.Configuration,
        };
    }

    [GeneratedRegex(@"\A\s*(?<code>5\.\d{1,3}\.\d{1,3})\b|\(#(?<code>5\.\d{1,3}\.\d{1,3})\)", RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(
        @"\b(mailbox|inbox|user|recipient)\b.*\b(full|over ?quota)\b|\b(over|exceeded)\b.*\bmailbox quota\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MailboxFull();

    [GeneratedRegex(
        @"\b(no such (user|recipient|mailbox|address|account)|(user|recipient|mailbox|address|account)( is)? (unknown|not found)|"
            + @"unknown (user|recipient|mailbox)|(user|recipient|mailbox|address|account)\b.{0,80}\bdoes(n't| not) exist)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoSuchUser();

    // Texts that mention a missing user but are about the sender, or about relaying.
    [GeneratedRegex(
        @"\b(sender|from|relay\w*|helo|ehlo|auth\w*|polic\w*|block\w*|spam)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherReason();
}
