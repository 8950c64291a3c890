using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Azure;
using Azure.Communication.Email;
using LocalRuntime.Communication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Tests.LocalRuntime;

/// <summary>The stand-in for the e-mail client against the emulator of its service.</summary>
public sealed class EmailEmulatorTests : IAsyncLifetime
{
    private const string Key = "ZW11bGF0b3IgdGVzdCBrZXk=";
    private const string Send = "/emails:send?api-version=2025-09-01";
    private const string Mail = """{"senderAddress":"a@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"b@example.com"}]}}""";
    private readonly HttpClient http = new();
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapEmailEmulator(Key);
        await app.StartAsync();
        http.BaseAddress = new Uri(app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_arrives_as_it_was_sent()
    {
        var operation = await SendAsync("Grüße 👋", "plain ü", "<p>html</p>", Guid.CreateVersion7());
        await operation.UpdateStatusAsync();

        var mail = Assert.Single(await MailsAsync("?to=B@example.com"));
        Assert.Equal(("Grüße 👋", "plain ü", "<p>html</p>", "a@example.com"), (mail.Subject, mail.PlainText, mail.Html, mail.From));
        Assert.Equal(EmailSendStatus.Succeeded, operation.Value.Status);
        Assert.Empty(await MailsAsync("?to=c@example.com"));
    }

    [Fact]
    public async Task The_operation_id_of_the_caller_is_kept_and_sending_it_again_is_a_second_mail()
    {
        var id = Guid.CreateVersion7();
        var first = await SendAsync("s", "t", null, id);
        var second = await SendAsync("s", "t", null, id);

        Assert.Equal((id.ToString(), id.ToString()), (first.Id, second.Id));
        Assert.Equal(2, (await MailsAsync()).Count);
    }

    [Fact]
    public async Task Mails_are_listed_oldest_first_and_can_be_cleared()
    {
        await SendAsync("1", "t", null, Guid.CreateVersion7());
        await SendAsync("2", "t", null, Guid.CreateVersion7());
        Assert.Equal(["1", "2"], (await MailsAsync()).Select(mail => mail.Subject));

        await http.DeleteAsync("/emailMessages");
        Assert.Empty(await MailsAsync());
    }

    [Fact]
    public async Task A_scripted_refusal_is_met_as_often_as_asked_for()
    {
        await FaultAsync("""{"status":429,"retry_after":5,"times":2}""");

        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<RequestFailedException>(() => SendAsync("s", "t", null, Guid.CreateVersion7()));
            Assert.Equal((429, "TooManyRequests"), (refused.Status, refused.ErrorCode));
            Assert.True(refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait) && wait == "5");
        }

        await SendAsync("s", "t", null, Guid.CreateVersion7());
        Assert.Single(await MailsAsync());
    }

    [Fact]
    public async Task A_scripted_failure_shows_when_the_operation_is_asked_for()
    {
        await FaultAsync("""{"operation_status":"Failed","code":"EmailDropped","delay_ms":1}""");
        var operation = await SendAsync("s", "t", null, Guid.CreateVersion7());

        var failed = await Assert.ThrowsAsync<RequestFailedException>(async () => await operation.UpdateStatusAsync());
        Assert.Equal("EmailDropped", failed.ErrorCode);
        Assert.Equal(EmailSendStatus.Failed, operation.Value.Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"senderAddress":"a@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[]}}""")]
    [InlineData("""{"senderAddress":"a@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"b"}]}}""")]
    [InlineData("""{"senderAddress":"a@example.com","content":{"subject":" ","plainText":"t"},"recipients":{"to":[{"address":"b@example.com"}]}}""")]
    [InlineData("""{"senderAddress":"a@example.com","content":{"subject":"s"},"recipients":{"to":[{"address":"b@example.com"}]}}""")]
    public async Task A_mail_that_the_service_would_refuse_is_refused(string body)
    {
        using var request = Signed(body);
        var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("BadRequest", Assert.Single(answer.Headers.GetValues("x-ms-error-code")));
        Assert.Empty(await MailsAsync());
    }

    [Theory]
    [InlineData("date")]
    [InlineData("x-ms-date")]
    public async Task Either_date_header_may_be_signed(string dateHeader)
    {
        using var request = Signed(Mail, dateHeader);

        Assert.Equal(HttpStatusCode.Accepted, (await http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("key")]
    [InlineData("body")]
    [InlineData("path")]
    [InlineData("date")]
    [InlineData("stale")]
    public async Task A_request_that_is_not_signed_with_the_key_is_refused(string fault)
    {
        using var request = Signed(
            Mail, key: fault == "key" ? "b3RoZXI=" : Key, age: fault == "stale" ? TimeSpan.FromMinutes(6) : TimeSpan.Zero);
        switch (fault)
        {
            case "none":
                request.Headers.Remove("Authorization");
                break;
            case "body":
                request.Content = new StringContent(Mail.Replace("\"s\"", "\"z\"", StringComparison.Ordinal), Encoding.UTF8, "application/json");
                break;
            case "path":
                request.RequestUri = new Uri(Send + "&x=1", UriKind.Relative);
                break;
            case "date":
                request.Headers.Date = request.Headers.Date!.Value.AddSeconds(-1);
                break;
        }

        var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await MailsAsync());
    }

    [Fact]
    public async Task The_outbox_page_forbids_all_scripts_but_its_own()
    {
        var page = await http.GetAsync("/outbox");

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self';", Assert.Single(page.Headers.GetValues("Content-Security-Policy")));
        Assert.Contains("setAttribute('sandbox', '')", await http.GetStringAsync("/outbox.js"));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"status":"429"}""")]
    [InlineData("""{"unknown":1}""")]
    public async Task A_malformed_fault_is_refused(string fault)
    {
        using var content = new StringContent(fault, Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/emulator/faults", content)).StatusCode);
    }

    private Task<EmailSendOperation> SendAsync(string subject, string text, string? html, Guid id) =>
        new EmailClient($"endpoint={http.BaseAddress};accesskey={Key}", new EmailClientOptions { Retry = { MaxRetries = 0 } })
            .SendAsync(WaitUntil.Started, new EmailMessage("a@example.com", "b@example.com", new EmailContent(subject) { PlainText = text, Html = html }), id);

    private async Task<List<SentMail>> MailsAsync(string query = "") => await http.GetFromJsonAsync<List<SentMail>>("/emailMessages" + query) ?? [];

    private async Task FaultAsync(string fault)
    {
        using var content = new StringContent(fault, Encoding.UTF8, "application/json");
        (await http.PostAsync("/emulator/faults", content)).EnsureSuccessStatusCode();
    }

    private HttpRequestMessage Signed(string body, string dateHeader = "date", string key = Key, TimeSpan age = default)
    {
        var date = (TimeProvider.System.GetUtcNow() - age).ToString("r", CultureInfo.InvariantCulture);
        var hash = Signature.HashContent(Encoding.UTF8.GetBytes(body));
        var signature = Signature.Compute("POST", Send, date, http.BaseAddress!.Authority, hash, key);
        var request = new HttpRequestMessage(HttpMethod.Post, Send) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(dateHeader, date);
        request.Headers.Add("x-ms-content-sha256", hash);
        request.Headers.TryAddWithoutValidation("Authorization", $"HMAC-SHA256 SignedHeaders={dateHeader};host;x-ms-content-sha256&Signature={signature}");
        return request;
    }
}
