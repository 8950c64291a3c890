using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure;
using Azure.Communication.Email;

namespace Delivery.Tests.LocalHost;

public sealed class EmailEmulatorTests(EmulatorHost emulator) : IClassFixture<EmulatorHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_is_accepted_and_tells_where_to_ask()
    {
        var send = Send("to-ask@example.com");
        send.Headers.Add("Operation-Id", "0199BA00-0000-7000-8000-000000000001");
        var accepted = await emulator.SendAsync(send);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("20", accepted.Headers.GetValues("retry-after").Single());
        Assert.Equal(
            """{"id":"0199ba00-0000-7000-8000-000000000001","status":"Running"}""", await accepted.Content.ReadAsStringAsync(Stop));

        var location = new Uri(accepted.Headers.GetValues("Operation-Location").Single());
        Assert.Equal(emulator.Http.BaseAddress!.Authority, location.Authority);
        var status = await emulator.SendAsync(emulator.Sign(HttpMethod.Get, location.PathAndQuery));
        Assert.Equal(
            """{"id":"0199ba00-0000-7000-8000-000000000001","status":"Succeeded"}""", await status.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task A_send_without_an_operation_id_gets_one()
    {
        var accepted = await (await emulator.SendAsync(Send())).Content.ReadFromJsonAsync<JsonElement>(Stop);

        Assert.NotEqual(Guid.Empty, accepted.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_operation_id_sent_twice_makes_two_mails()
    {
        for (var i = 0; i < 2; i++)
        {
            var send = Send("twice@example.com");
            send.Headers.Add("Operation-Id", "0199ba00-0000-7000-8000-000000000002");
            await emulator.SendAsync(send);
        }

        Assert.Equal(2, (await emulator.GetMailsAsync("?to=twice@example.com")).Length);
    }

    [Theory]
    [InlineData("date")]
    [InlineData("x-ms-date")]
    public async Task Either_date_header_may_be_signed(string dateHeader) =>
        Assert.Equal(HttpStatusCode.Accepted, (await emulator.SendAsync(Send(dateHeader: dateHeader))).StatusCode);

    [Fact]
    public async Task A_request_altered_after_signing_is_unauthorized()
    {
        var now = TimeProvider.System.GetUtcNow();
        await AssertUnauthorizedAsync(Send(), request => request.Content = new StringContent(Body().Replace("482913", "666666")));
        await AssertUnauthorizedAsync(Send(), request => request.RequestUri = new Uri(EmulatorHost.SendTarget + "&x=1", UriKind.Relative));
        await AssertUnauthorizedAsync(Send(), request => request.Headers.Host = $"localhost:{emulator.Http.BaseAddress!.Port}");
        await AssertUnauthorizedAsync(Send(at: now.AddMinutes(-6)));
        await AssertUnauthorizedAsync(Send(at: now.AddMinutes(6)));
        await AssertUnauthorizedAsync(Send(), request => request.Headers.Remove("x-ms-date"));
        await AssertUnauthorizedAsync(Send(), request => request.Headers.Remove("x-ms-content-sha256"));
        await AssertUnauthorizedAsync(Send(), request => request.Headers.Remove("Authorization"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"a@example.com"}]}}""")]
    [InlineData("""{"senderAddress":"s@example.com","recipients":{"to":[{"address":"a@example.com"}]}}""")]
    [InlineData("""{"senderAddress":"s@example.com","content":{"plainText":"t"},"recipients":{"to":[{"address":"a@example.com"}]}}""")]
    [InlineData("""{"senderAddress":"s@example.com","content":{"subject":"s"},"recipients":{"to":[{"address":"a@example.com"}]}}""")]
    [InlineData(
        """{"senderAddress":"s@example.com","content":{"subject":5,"plainText":"t"},"recipients":{"to":[{"address":"a@example.com"}]}}""")]
    [InlineData("""{"senderAddress":"s@example.com","content":{"subject":"s","plainText":"t"}}""")]
    [InlineData("""{"senderAddress":"s@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[]}}""")]
    [InlineData("""{"senderAddress":"s@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[null]}}""")]
    [InlineData(
        """{"senderAddress":"s@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"nobody"}]}}""")]
    [InlineData(
        """{"senderAddress":"nobody","content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"a@example.com"}]}}""")]
    public async Task A_body_that_is_no_mail_is_refused(string body) =>
        await AssertRefusedAsync(emulator.Sign(HttpMethod.Post, EmulatorHost.SendTarget, body), HttpStatusCode.BadRequest, "BadRequest");

    [Fact]
    public async Task An_operation_id_must_be_a_uuid()
    {
        var send = Send();
        send.Headers.Add("Operation-Id", "first");

        await AssertRefusedAsync(send, HttpStatusCode.BadRequest, "BadRequest");
    }

    [Theory]
    [InlineData("/emails:send", "MissingApiVersionParameter")]
    [InlineData("/emails:send?api-version=2019-01-01", "UnsupportedApiVersionValue")]
    public async Task A_known_api_version_is_demanded(string target, string code) =>
        await AssertRefusedAsync(emulator.Sign(HttpMethod.Post, target, Body()), HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task Faults_strike_in_the_order_of_their_posting_and_then_end()
    {
        await emulator.PostFaultAsync("""{"status":429,"retry_after":7,"times":2}""");
        await emulator.PostFaultAsync("""{"status":500,"code":"Broken","delay_ms":30}""");

        for (var i = 0; i < 2; i++)
        {
            var throttled = await AssertRefusedAsync(Send("unlucky@example.com"), HttpStatusCode.TooManyRequests, "TooManyRequests");
            Assert.Equal("7", throttled.Headers.GetValues("retry-after").Single());
        }

        var watch = Stopwatch.StartNew();
        await AssertRefusedAsync(Send("unlucky@example.com"), HttpStatusCode.InternalServerError, "Broken");
        Assert.True(watch.ElapsedMilliseconds >= 25);
        Assert.Empty(await emulator.GetMailsAsync("?to=unlucky@example.com"));
        Assert.Equal(HttpStatusCode.Accepted, (await emulator.SendAsync(Send())).StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_origin_changes_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/emulator/faults") { Content = new StringContent("""{"status":503}""") };
        request.Headers.Add("Origin", "https://evil.example");

        Assert.Equal(HttpStatusCode.Forbidden, (await emulator.Http.SendAsync(request, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await emulator.SendAsync(Send())).StatusCode);
    }

    [Fact]
    public async Task Faults_skip_refused_requests_and_can_be_cleared()
    {
        await emulator.PostFaultAsync("""{"status":503,"times":9}""");
        await AssertRefusedAsync(emulator.Sign(HttpMethod.Post, EmulatorHost.SendTarget, "{}"), HttpStatusCode.BadRequest, "BadRequest");

        Assert.Equal(HttpStatusCode.NoContent, (await emulator.Http.DeleteAsync("/emulator/faults", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await emulator.SendAsync(Send())).StatusCode);
    }

    [Fact]
    public async Task A_mail_is_kept_although_its_sender_disconnected()
    {
        await emulator.PostFaultAsync("""{"delay_ms":60000}""");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(200);

        await Assert.ThrowsAsync<TaskCanceledException>(() => emulator.Http.SendAsync(Send("in-doubt@example.com"), patience.Token));

        Assert.Single(await emulator.GetMailsAsync("?to=in-doubt@example.com"));
    }

    [Fact]
    public async Task A_send_can_end_cancelled()
    {
        await emulator.PostFaultAsync("""{"operation_status":"Canceled"}""");
        var accepted = await (await emulator.SendAsync(Send())).Content.ReadFromJsonAsync<JsonElement>(Stop);

        var status = await emulator.SendAsync(
            emulator.Sign(HttpMethod.Get, $"/emails/operations/{accepted.GetProperty("id")}?api-version=2023-03-31"));

        var outcome = await status.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("Canceled", outcome.GetProperty("status").GetString());
        Assert.Equal("EmailDropped", outcome.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"status":200}""")]
    [InlineData("""{"status":"429"}""")]
    [InlineData("""{"status":429,"times":0}""")]
    [InlineData("""{"status":429,"retry_after":-1}""")]
    [InlineData("""{"status":429,"operation_status":"Failed"}""")]
    [InlineData("""{"operation_status":"Succeeded"}""")]
    [InlineData("""{"delay_ms":-1}""")]
    [InlineData("""{"delay_ms":5,"retry_after":5}""")]
    [InlineData("""{"status":429,"retryAfter":5}""")]
    public async Task A_malformed_fault_is_refused(string fault) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await emulator.PostFaultAsync(fault)).StatusCode);

    [Fact]
    public async Task The_mails_come_oldest_first_and_can_be_deleted()
    {
        await using var own = new EmulatorHost();
        await own.InitializeAsync();
        foreach (var to in (string[])["1@example.com", "2@example.com"])
        {
            await own.SendAsync(own.Sign(HttpMethod.Post, EmulatorHost.SendTarget, Body(to)));
        }

        Assert.Equal(["1@example.com", "2@example.com"], (await own.GetMailsAsync()).Select(mail => mail.GetProperty("to")[0].GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await own.Http.DeleteAsync("/emailMessages", Stop)).StatusCode);
        Assert.Empty(await own.GetMailsAsync());
    }

    [Fact]
    public async Task A_name_that_is_not_this_machine_finds_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/emailMessages");
        request.Headers.Host = "rebound.example.com";

        Assert.Equal(HttpStatusCode.NotFound, (await emulator.SendAsync(request)).StatusCode);
    }

    private static string Body(string to = "ada@example.com") =>
        $$$"""{"senderAddress":"s@example.com","content":{"subject":"s","plainText":"482913"},"recipients":{"to":[{"address":"{{{to}}}"}]}}""";

    [Fact]
    public async Task Half_a_line_of_a_host_that_was_killed_costs_no_other_mail()
    {
        var file = Path.GetTempFileName();
        await DeliverAsync("first@example.com");
        var written = await File.ReadAllTextAsync(file, Stop);
        await File.AppendAllTextAsync(file, written[..(written.Length / 2)], Stop);
        await DeliverAsync("second@example.com");
        var kept = await DeliverAsync("third@example.com");

        Assert.Equal(["first@example.com", "second@example.com", "third@example.com"], kept);
        File.Delete(file);

        async Task<IEnumerable<string>> DeliverAsync(string to)
        {
            await using var host = new EmulatorHost(file);
            await host.InitializeAsync();
            await host.CreateClient().SendAsync(
                WaitUntil.Started, new EmailMessage("a@example.com", to, new EmailContent("Hello") { PlainText = "Hello" }), Stop);
            return (await host.GetMailsAsync()).Select(mail => mail.GetProperty("to")[0].GetString()!);
        }
    }

    private HttpRequestMessage Send(string to = "ada@example.com", DateTimeOffset? at = null, string dateHeader = "x-ms-date") =>
        emulator.Sign(HttpMethod.Post, EmulatorHost.SendTarget, Body(to), at, dateHeader);

    private async Task AssertUnauthorizedAsync(HttpRequestMessage request, Action<HttpRequestMessage>? alter = null)
    {
        alter?.Invoke(request);
        await AssertRefusedAsync(request, HttpStatusCode.Unauthorized, "Unauthorized");
    }

    private async Task<HttpResponseMessage> AssertRefusedAsync(HttpRequestMessage request, HttpStatusCode status, string code)
    {
        var response = await emulator.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, response.Headers.GetValues("x-ms-error-code").Single());
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return response;
    }
}
