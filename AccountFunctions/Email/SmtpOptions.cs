using System.ComponentModel.DataAnnotations;
using MailKit.Security;

namespace AccountFunctions.Email;

/// <summary>Settings <c>Smtp__*</c>, used if <c>Email__Transport</c> is <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    /// <summary>The mail server; required if <c>Email__Transport</c> is <c>Smtp</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>Port of the mail server.</summary>
    [Range(1, 65535)] public int Port { get; set; } = 587;

    /// <summary>The user name at the mail server. Empty: no authentication.</summary>
    public string Username { get; set; } = "";

    /// <summary>The password of <see cref="Username"/>.</summary>
    public string Password { get; set; } = "";

    /// <summary>The name in <c>EHLO</c>; empty: the sender's domain. Many servers refuse a name that is not fully qualified.</summary>
    public string LocalDomain { get; set; } = "";

    /// <summary>
    /// How the connection is encrypted; STARTTLS by default, so that no password or code crosses the network in the clear. Production
    /// accepts only it and <c>SslOnConnect</c>.
    /// </summary>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;
}
