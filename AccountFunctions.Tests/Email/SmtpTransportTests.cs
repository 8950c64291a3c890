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
        var taken = JsonSerializer.Deserialize<JsonElement>((await server.StandardOutput.ReadLineAsync())!);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(taken.GetProperty("text").GetString()!));
        var message = await MimeMessage.LoadAsync(stream);

        Assert.Equal(
            ("accounts@example.com", "ada@example.com", "app"),
            (taken.GetProperty("from").GetString(), taken.GetProperty("to").GetString(), taken.GetProperty("user").GetString()));
        Assert.Equal(
            (mail.Subject, mail.PlainText, mail.Html), (message.Subject, message.TextBody?.TrimEnd(), message.HtmlBody?.TrimEnd()));
        Assert.Equal($"{mail.OperationId:N}@example.com", message.MessageId);
        Assert.Equal("\"Example\" <accounts@example.com>", message.From.ToString());
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
    public async Task A_mailbox_that_does_not_exist_is_refused_permanently() =>
        Assert.Equal(
            EmailFailure.Permanent,
            (await Assert.ThrowsAsync<EmailFailureException>(
                () => Transport().SendAsync(mail with { To = "gone@example.com" }, default))).Failure);

    [Theory]
    [InlineData("relay@example.com", "550 RecipientNotAccepted")]
    [InlineData("quota@example.com", "550 MessageNotAccepted")]
    public async Task A_server_that_rejects_us_is_a_fault_of_the_configuration_and_its_text_is_not_repeated(
        string to, string reason)
    {
        var refused = await Assert.ThrowsAsync<EmailFailureException>(() => Transport().SendAsync(mail with { To = to }, default));

        Assert.Equal((EmailFailure.Configuration, reason), (refused.Failure, refused.Message));
    }

    [Fact]
    public async Task A_temporary_refusal_is_an_outage_and_the_next_try_succeeds()
    {
        var full = mail with { To = "full@example.com" };
        var refused = await Record.ExceptionAsync(() => Transport().SendAsync(full, default));
        await Transport().SendAsync(full, default);

        Assert.False(refused is null or EmailFailureException);
        Assert.Contains("full@example.com", await server.StandardOutput.ReadLineAsync());
    }

    [Fact]
    public async Task A_server_that_is_away_is_an_outage()
    {
        var transport = Transport();
        port = Ports.Free();

        Assert.False(await Record.ExceptionAsync(() => Transport().SendAsync(mail, default)) is null or EmailFailureException);
        await transport.SendAsync(mail, default);
    }

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
        string username = "app", string password = "secret", SecureSocketOptions security = SecureSocketOptions.None) => new(
        Options.Create(new SmtpOptions { Host = "127.0.0.1", Port = port, Username = username, Password = password, Security = security }),
        Options.Create(new EmailOptions { Sender = "accounts@example.com", ProductName = "Example" }));
}
