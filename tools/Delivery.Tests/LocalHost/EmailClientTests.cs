using System.Diagnostics;
using Azure;
using Azure.Communication.Email;
using Azure.Core;

namespace Delivery.Tests.LocalHost;

public sealed class EmailClientTests(EmulatorHost emulator) : IClassFixture<EmulatorHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_arrives_as_it_was_sent()
    {
        var id = Guid.CreateVersion7();
        var operation = await emulator.CreateClient().SendAsync(
            WaitUntil.Started,
            new EmailMessage(
                "DoNotReply@example.com",
                new EmailRecipients([new EmailAddress("grüße@exämple.de", "Jürgen \"J\" Öz"), new EmailAddress("b@example.com")]),
                new EmailContent("Grüße 👋") { PlainText = "Ihr Code: 482913\r\n\u2028", Html = "<b>482913</b>" }),
            id,
            Stop);

        Assert.Equal($"{id}", operation.Id);
        Assert.Equal(202, operation.GetRawResponse().Status);
        var mail = Assert.Single(await emulator.GetMailsAsync("?to=B@Example.com"));
        Assert.Equal(
            ["from", "html", "id", "plainText", "received", "subject", "to"], mail.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(id, mail.GetProperty("id").GetGuid());
        Assert.Equal(["grüße@exämple.de", "b@example.com"], mail.GetProperty("to").EnumerateArray().Select(to => to.GetString()));
        Assert.Equal("DoNotReply@example.com", mail.GetProperty("from").GetString());
        Assert.Equal("Grüße 👋", mail.GetProperty("subject").GetString());
        Assert.Equal("Ihr Code: 482913\r\n\u2028", mail.GetProperty("plainText").GetString());
        Assert.Equal("<b>482913</b>", mail.GetProperty("html").GetString());
        Assert.Equal(TimeProvider.System.GetUtcNow(), mail.GetProperty("received").GetDateTimeOffset(), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_send_runs_until_it_is_polled_and_then_has_succeeded()
    {
        var operation = await emulator.CreateClient().SendAsync(WaitUntil.Started, Mail(), Stop);

        Assert.False(operation.HasCompleted);
        Assert.Throws<InvalidOperationException>(() => operation.Value);
        await operation.UpdateStatusAsync(Stop);
        Assert.True(operation.HasCompleted);
        Assert.Equal(EmailSendStatus.Succeeded, operation.Value.Status);
    }

    [Fact]
    public async Task An_operation_is_found_again_by_its_id()
    {
        var client = emulator.CreateClient();
        var sent = await client.SendAsync(WaitUntil.Completed, Mail(), Stop);

        var result = await new EmailSendOperation(sent.Id, client).WaitForCompletionAsync(Stop);
        Assert.Equal(EmailSendStatus.Succeeded, result.Value.Status);

        var unknown = new EmailSendOperation("6f1c9d0e-0000-0000-0000-000000000000", client);
        var refusal = Assert.Throws<RequestFailedException>(() => unknown.UpdateStatus(Stop));
        Assert.Equal((404, "NotFound"), (refusal.Status, refusal.ErrorCode));
    }

    [Fact]
    public async Task A_failed_operation_throws_the_services_reason_whenever_asked()
    {
        await emulator.PostFaultAsync("""{"operation_status":"Failed","code":"EmailDroppedAllRecipientsSuppressed"}""");
        var operation = await emulator.CreateClient().SendAsync(WaitUntil.Started, Mail("dropped@example.com"), Stop);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await operation.UpdateStatusAsync(Stop));
        Assert.Equal((200, "EmailDroppedAllRecipientsSuppressed"), (failure.Status, failure.ErrorCode));
        Assert.True(operation.HasCompleted);
        Assert.False(operation.HasValue);
        Assert.Same(failure, Assert.Throws<RequestFailedException>(() => operation.Value));
        Assert.Empty(await emulator.GetMailsAsync("?to=dropped@example.com"));
    }

    [Fact]
    public async Task A_throttled_send_throws_and_carries_the_retry_after()
    {
        await emulator.PostFaultAsync("""{"status":429,"retry_after":5}""");

        var refusal = await Assert.ThrowsAsync<RequestFailedException>(
            () => emulator.CreateClient().SendAsync(WaitUntil.Started, Mail(), Stop));

        Assert.Equal((429, "TooManyRequests"), (refusal.Status, refusal.ErrorCode));
        Assert.True(refusal.GetRawResponse()?.Headers.TryGetValue("retry-after", out var seconds) == true && seconds == "5");
    }

    [Fact]
    public async Task A_retry_is_signed_again_and_gets_through()
    {
        await emulator.PostFaultAsync("""{"status":503}""");
        var options = new EmailClientOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var client = new EmailClient(emulator.Http.BaseAddress!, new AzureKeyCredential(Convert.ToBase64String(EmulatorHost.Key)), options);

        await client.SendAsync(WaitUntil.Started, Mail("retried@example.com"), Stop);

        Assert.Single(await emulator.GetMailsAsync("?to=retried@example.com"));
    }

    [Fact]
    public async Task A_wrong_key_is_unauthorized()
    {
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(
            () => emulator.CreateClient(new byte[32]).SendAsync(WaitUntil.Started, Mail(), Stop));

        Assert.Equal((401, "Unauthorized"), (refusal.Status, refusal.ErrorCode));
    }

    [Fact]
    public async Task A_token_is_never_sent_over_plain_http()
    {
        var client = new EmailClient(emulator.Http.BaseAddress!, new NoCredential());

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.SendAsync(WaitUntil.Started, Mail(), Stop));
    }

    [Theory]
    [InlineData("a@example.com", " ", "text")]
    [InlineData("a@example.com", "subject", "")]
    [InlineData("nobody", "subject", "text")]
    [InlineData("Ada <a@example.com>", "subject", "text")]
    public async Task A_message_that_the_service_would_refuse_is_never_sent(string to, string subject, string text)
    {
        var message = new EmailMessage("a@example.com", to, new EmailContent(subject) { PlainText = text });

        await Assert.ThrowsAsync<ArgumentException>(() => emulator.CreateClient().SendAsync(WaitUntil.Started, message, Stop));
    }

    [Fact]
    public async Task A_message_needs_a_sender_and_a_header_a_value()
    {
        Assert.Throws<ArgumentException>(() => new EmailMessage(" ", "a@example.com", new EmailContent("subject")));

        var message = Mail();
        message.Headers["X-Empty"] = "";
        await Assert.ThrowsAsync<ArgumentException>(() => emulator.CreateClient().SendAsync(WaitUntil.Started, message, Stop));
    }

    [Theory]
    [InlineData("endpoint=http://localhost")]
    [InlineData("accesskey=AQ==")]
    public void A_connection_string_needs_endpoint_and_key(string connectionString) =>
        Assert.Throws<InvalidOperationException>(() => new EmailClient(connectionString));

    private static EmailMessage Mail(string to = "ada@example.com") =>
        new("DoNotReply@example.com", to, new EmailContent("subject") { PlainText = "text" });

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new UnreachableException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new UnreachableException();
    }
}
