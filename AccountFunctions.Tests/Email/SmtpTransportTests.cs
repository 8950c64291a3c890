using System.Diagnostics;
using System.Text.Json;
using AccountFunctions.Email;
using LocalHost.Storage;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AccountFunctions.Tests.Email;

/// <summary>The SMTP transport against a real mail server.</summary>
public sealed class SmtpTransportTests : IAsyncLifetime
{
    private readonly Mail mail = new("ada@example.com", "Grüße 123456", "plain ü", "<p>html ü</p>", Guid.CreateVersion7());
    private Process server = null!;
    private int port;

    public ValueTask InitializeAsync() => StartAsync("closed");

    public ValueTask DisposeAsync()
    {
        server.StandardInput.Close();
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_mail_arrives_as_it_was_sent()
    {
        await Transport().SendAsync(mail, default);
        var taken = await TakenAsync();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(taken.GetProperty("text").GetString()!));
        var message = await MimeMessage.LoadAsync(stream);

        Assert.Equal(
            ("accounts@example.com", "ada@example.com", "app"),
            (taken.GetProperty("from").GetString(), taken.GetProperty("to").GetString(), taken.GetProperty("user").GetString()));
        Assert.Equal(
            (mail.Subject, mail.PlainText, mail.Html), (message.Subject, message.TextBody?.TrimEnd(), message.HtmlBody?.TrimEnd()));
        Assert.Equal($"{mail.OperationId:N}@example.com", message.MessageId);
        Assert.Equal("\"Example\" <accounts@example.com>", message.From.ToString());
        Assert.Equal(("auto-generated", "All"), (message.Headers["Auto-Submitted"], message.Headers["X-Auto-Response-Suppress"]));
    }

    [Fact]
    public async Task Without_a_user_name_nobody_signs_in()
    {
        await DisposeAsync();
        await StartAsync("open");
        await Transport(username: "").SendAsync(mail, default);

        Assert.Contains("ada@example.com", await server.StandardOutput.ReadLineAsync());
    }

    [Fact]
    public async Task A_wrong_password_is_a_fault_of_the_configuration() =>
        Assert.Equal(
            EmailFailure.Configuration,
            (await Assert.ThrowsAsync<EmailFailureException>(() => Transport(password: "wrong").SendAsync(mail, default))).Failure);

    [Fact]
    public async Task A_server_with_an_untrusted_certificate_gets_no_mail() =>
        Assert.Equal(
            EmailFailure.Configuration,
            (await Assert.ThrowsAsync<EmailFailureException>(
                () => Transport(security: SecureSocketOptions.StartTls).SendAsync(mail, default))).Failure);

    [Fact]
    public async Task A_server_that_offers_no_encryption_gets_no_mail()
    {
        await DisposeAsync();
        await StartAsync("plain");

        Assert.Equal(SecureSocketOptions.StartTls, new SmtpOptions().Security);
        Assert.Equal(
            EmailFailure.Configuration,
            (await Assert.ThrowsAsync<EmailFailureException>(
                () => Transport(security: new SmtpOptions().Security).SendAsync(mail, default))).Failure);
    }

    [Theory]
    [InlineData("rcpt", 550, "5.1.1 User unknown")]
    [InlineData("rcpt", 550, "5.1.2 Bad destination system")]
    [InlineData("rcpt", 553, "5.1.3 Bad destination mailbox address syntax")]
    [InlineData("rcpt", 551, "5.1.6 Mailbox has moved")]
    [InlineData("rcpt", 556, "5.1.10 Recipient address has null MX")]
    [InlineData("rcpt", 550, "5.2.1 Mailbox disabled")]
    [InlineData("data", 550, "5.1.1 <ada@example.com>: Recipient address rejected")]
    [InlineData("rcpt", 550, "No such user here")]
    [InlineData("rcpt", 550, "Requested action not taken: mailbox not found")]
    [InlineData("rcpt", 550, "User unknown in virtual mailbox table")]
    [InlineData("rcpt", 550, "The email account that you tried to reach does not exist")]
    [InlineData("rcpt", 553, "sorry, no such mailbox here (#5.1.1)")]
    public Task Only_a_mailbox_that_does_not_exist_is_refused_permanently(string stage, int code, string text) =>
        IsRefusedAsync(EmailFailure.Permanent, stage, code, text);

    [Theory]
    [InlineData("rcpt", 550, "relay not permitted")]
    [InlineData("rcpt", 550, "Sending limit exceeded")]
    [InlineData("rcpt", 550, "5.4.5 Daily user sending limit exceeded")]
    [InlineData("data", 550, "5.4.5 Daily sending quota exceeded")]
    [InlineData("rcpt", 550, "Sender verify failed")]
    [InlineData("rcpt", 550, "Sender verify failed: no such user")]
    [InlineData("rcpt", 550, "5.1.8 Sender address rejected: Domain not found")]
    [InlineData("mail", 550, "5.1.1 User unknown")]
    [InlineData("mail", 553, "5.7.1 Sender address rejected: not owned by user")]
    [InlineData("rcpt", 504, "5.5.2 <vm>: Helo command rejected: need fully-qualified hostname")]
    [InlineData("rcpt", 503, "5.5.1 authentication Required")]
    [InlineData("rcpt", 530, "Must issue a STARTTLS command first")]
    [InlineData("rcpt", 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")]
    [InlineData("rcpt", 550, "Administrative prohibition")]
    [InlineData("rcpt", 554, "5.7.1 Service unavailable; Client host blocked using a block list")]
    [InlineData("rcpt", 550, "5.7.26 This mail is unauthenticated")]
    [InlineData("data", 554, "Message rejected as spam")]
    [InlineData("data", 552, "5.3.4 Message size exceeds limit")]
    public Task Any_other_refusal_is_a_fault_of_the_configuration(string stage, int code, string text) =>
        IsRefusedAsync(EmailFailure.Configuration, stage, code, text);

    [Theory]
    [InlineData("rcpt", 552, "5.2.2 Mailbox full")]
    [InlineData("data", 552, "5.2.2 The email account that you tried to reach is over quota")]
    [InlineData("rcpt", 552, "The recipient's mailbox is full")]
    public Task A_full_mailbox_may_have_room_later(string stage, int code, string text) =>
        IsRefusedAsync(EmailFailure.Throttled, stage, code, text);

    [Fact]
    public async Task A_temporary_refusal_is_an_outage_and_the_next_try_succeeds()
    {
        await RefuseAsync("rcpt", 451, "4.7.1 Try again later", once: true);
        var refused = await Record.ExceptionAsync(() => Transport().SendAsync(mail, default));
        await Transport().SendAsync(mail, default);

        Assert.False(refused is null or EmailFailureException);
        Assert.Contains("ada@example.com", await server.StandardOutput.ReadLineAsync());
    }

    [Theory]
    [InlineData("", "example.com")]
    [InlineData("mail.example.org", "mail.example.org")]
    public async Task The_greeting_names_the_senders_domain_or_a_setting(string setting, string name)
    {
        await Transport(localDomain: setting).SendAsync(mail, default);

        Assert.Equal(name, (await TakenAsync()).GetProperty("helo").GetString());
    }

    [Fact]
    public async Task A_domain_is_sent_in_ascii_although_the_server_takes_unicode()
    {
        await Transport().SendAsync(mail with { To = "ada@xn--mnchen-3ya.example" }, default);
        var taken = await TakenAsync();

        Assert.False(taken.GetProperty("utf8").GetBoolean());
        Assert.Contains("To: ada@xn--mnchen-3ya.example", taken.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_server_that_is_away_is_an_outage()
    {
        var transport = Transport();
        port = Ports.Free();

        Assert.False(await Record.ExceptionAsync(() => Transport().SendAsync(mail, default)) is null or EmailFailureException);
        await transport.SendAsync(mail, default);
    }

    // The text must not be repeated: it may quote the address.
    private async Task IsRefusedAsync(EmailFailure failure, string stage, int code, string text)
    {
        await RefuseAsync(stage, code, text);
        var refused = await Assert.ThrowsAsync<EmailFailureException>(() => Transport().SendAsync(mail, default));

        Assert.Equal(failure, refused.Failure);
        Assert.Matches($"^({code} [A-Za-z]+|[A-Za-z]+Exception)$", refused.Message);
        Assert.Equal(failure is EmailFailure.Throttled, refused.RetryAfter > TimeSpan.FromMinutes(1));
    }

    private async Task RefuseAsync(string stage, int code, string text, bool once = false)
    {
        await server.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { stage, code, text, once }));
        Assert.Equal("ok", await server.StandardOutput.ReadLineAsync());
    }

    private async Task<JsonElement> TakenAsync() =>
        JsonSerializer.Deserialize<JsonElement>((await server.StandardOutput.ReadLineAsync())!);

    private async ValueTask StartAsync(string mode)
    {
        var folder = Repository.PathTo("AccountFunctions.Tests", "Email", "SmtpServer");
        await NpmInstall.EnsureAsync(folder, folder, CancellationToken.None);
        server = NpmInstall.Run(new ProcessStartInfo("node", [Path.Combine(folder, "smtp-server.cjs"), folder, mode])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        port = int.Parse((await server.StandardOutput.ReadLineAsync())!, null);
    }

    private SmtpTransport Transport(
        string username = "app",
        string password = "secret",
        SecureSocketOptions security = SecureSocketOptions.None,
        string localDomain = "") => new(
        Options.Create(new SmtpOptions
        {
            Host = "127.0.0.1",
            Port = port,
            Username = username,
            Password = password,
            Security = security,
            LocalDomain = localDomain,
        }),
        Options.Create(new EmailOptions { Sender = "accounts@example.com", ProductName = "Example" }));
}
