using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace AccountFunctions.Tests.Functions;

public sealed class HttpEdgeTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Good = """{"username":"ada@example.com","code":"123456"}""";

    [Theory, Holds("F6")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("""{"username":"a@example.com",}""")]
    [InlineData("""{"username":"a@example.com"} {}""")]
    [InlineData("""{"username":"a@example.com"} // comment""")]
    [InlineData("""{"username":"a@example.com","username":"b@example.com"}""")]
    [InlineData("""{"other":1,"other":2}""")]
    [InlineData("""{"other":{"a":1,"a":2}}""")]
    [InlineData("""{"username":"\ud800@example.com"}""")]
    [InlineData("""{'username':'a@example.com'}""")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}")]
    [InlineData("\uFEFF{}")]
    public async Task A_body_that_is_not_strict_json_is_refused(string body) => await IsInvalidAsync(Encoding.UTF8.GetBytes(body));

    [Fact, Holds("F6")]
    public async Task Invalid_utf8_is_refused() => await IsInvalidAsync([.. "{\"username\":\""u8, 0xC3, 0x28, .. "\"}"u8]);

    [Fact, Holds("F6")]
    public async Task Names_are_case_sensitive_and_unknown_ones_ignored()
    {
        var answer = await SendAsync("""{"USERNAME":"a@example.com","Code":"123456","more":[{}]}"""u8.ToArray());

        Assert.Equal("username: required\ncode: required", answer.Message);
    }

    [Theory, Holds("F8")]
    [InlineData("application/json", HttpStatusCode.BadRequest)]
    [InlineData("Application/JSON; charset=UTF-8", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/jsonx", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task Only_json_in_utf8_is_read(string? contentType, HttpStatusCode status)
    {
        var answer = await SendAsync(Encoding.UTF8.GetBytes(Good), contentType);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status is HttpStatusCode.BadRequest ? "invalid_code" : "unsupported_media_type", answer.Message);
    }

    [Theory, Holds("F7", "S13")]
    [InlineData(65536, HttpStatusCode.BadRequest, "invalid_code")]
    [InlineData(65537, HttpStatusCode.RequestEntityTooLarge, "too_large")]
    public async Task A_body_has_a_limit(int length, HttpStatusCode status, string message)
    {
        var body = Encoding.UTF8.GetBytes(Good).Concat(Enumerable.Repeat((byte)' ', length)).Take(length).ToArray();
        var answer = await SendAsync(body);

        Assert.Equal((status, message), (answer.Status, answer.Message));
    }

    [Theory, Holds("F7")]
    [InlineData("activate")]
    [InlineData("logout")]
    public async Task A_body_without_a_length_is_refused_because_the_host_drops_it(string operation)
    {
        var token = (await App.SignInAsync("ada@example.com")).GetProperty("access").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/account/{operation}")
        {
            Content = JsonContent.Create(new { all = true }),
        };
        request.Headers.TransferEncodingChunked = true;
        var answer = await App.SendAsync(request, token);

        Assert.Equal((HttpStatusCode.LengthRequired, "length_required"), (answer.Status, answer.Message));
    }

    [Fact, Holds("F10")]
    public async Task Every_answer_carries_the_security_headers()
    {
        foreach (var answer in new[] { await App.RegisterAsync(
            "ada@example.com"), await App.GetAsync("details"), await SendAsync("["u8.ToArray()) })
        {
            Assert.Equal("no-store", answer.Headers["Cache-Control"]);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers["Content-Security-Policy"]);
            Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
            Assert.Matches("^[0-9a-f]{32}$", answer.Headers["X-Request-Id"]);
            Assert.Equal("Kestrel", answer.Headers["Server"]);
            Assert.False(answer.Headers.ContainsKey("Strict-Transport-Security"));
        }
    }

    [Fact, Holds("F10")]
    public async Task Behind_https_answers_carry_hsts()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/account/details")
        {
            Headers = { { "X-Forwarded-Proto", "https" } },
        };

        Assert.Equal("max-age=31536000; includeSubDomains", (await App.SendAsync(request)).Headers["Strict-Transport-Security"]);
    }

    [Fact, Holds("F11")]
    public async Task The_trace_of_the_caller_is_the_request_id()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/account/details")
        {
            Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (await App.SendAsync(request)).Headers["X-Request-Id"]);
    }

    [Fact, Holds("F11")]
    public async Task Every_log_line_of_a_request_carries_its_trace_id()
    {
        var id = (await App.RegisterAsync("ada@example.com")).Headers["X-Request-Id"];

        var line = Assert.Single(App.Logs.Text.Split('\n'), line => line.Contains("waits for its code", StringComparison.Ordinal));
        Assert.Contains($"TraceId:{id}", line);
    }

    [Fact, Holds("C6", "F11")]
    public async Task A_refusal_is_a_problem_document_where_that_is_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/activate")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json, application/problem+json;q=0.9");
        var answer = await App.SendAsync(request);

        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        Assert.Equal(
            ["type", "title", "status", "detail", "code", "errors", "trace_id"],
            answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("http://localhost:7071/api/docs/errors#invalid_fields", answer.Json.GetProperty("type").GetString());
        Assert.Equal(("Bad Request", 400, "invalid_fields"), (
            answer.Json.GetProperty("title").GetString(),
            answer.Json.GetProperty("status").GetInt32(),
            answer.Json.GetProperty("code").GetString()));
        Assert.Equal("required", answer.Json.GetProperty("errors").GetProperty("username")[0].GetString());
        Assert.Equal(answer.Headers["X-Request-Id"], answer.Json.GetProperty("trace_id").GetString());
    }

    [Fact]
    public async Task An_outage_of_storage_is_a_503_in_the_envelope()
    {
        await using var cut = await TestApp.StartAsync(NewStorage());
        await cut.Table("Addresses").DeleteAsync();
        var answer = await cut.RegisterAsync("ada@example.com");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "unavailable", "1"), (answer.Status, answer.Message, answer.Headers["Retry-After"]));
    }

    private async Task IsInvalidAsync(byte[] body)
    {
        var answer = await SendAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (answer.Status, answer.Message));
    }

    private async Task<Answer> SendAsync(byte[] body, string? contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/activate") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await App.SendAsync(request);
    }
}
