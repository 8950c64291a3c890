using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using AccountFunctions.Functions;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Tests.Security;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Functions;

[SharedApp]
public sealed class HttpEdgeTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Good = """{"username":"ada@example.com","code":"123456"}""";

    private string Address { get; } = NewAddress();

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
    [InlineData("application/json; charset=utf8", HttpStatusCode.BadRequest)]
    [InlineData("application/json;charset=\"UTF-8\"", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=", HttpStatusCode.BadRequest)]
    [InlineData("application/json;", HttpStatusCode.BadRequest)]
    [InlineData("application/json; version=2; charset=unicode-1-1-utf-8", HttpStatusCode.BadRequest)]
    [InlineData("application/json; profile=\"a;charset=latin1\"", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-8; charset=latin1", HttpStatusCode.UnsupportedMediaType)]
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

    [Theory, Holds("F8")]
    [InlineData("gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity, br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_compressed_body_is_refused(string coding, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/activate")
        {
            Content = new StringContent(Good, Encoding.UTF8, "application/json"),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        Assert.Equal(status, (await App.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("GET", "/api/account/details", 401)]
    [InlineData("POST", "/api/account/activate", 400)]
    [InlineData("GET", "/api/docs/mails", 200)]
    [InlineData("GET", "/api/docs", 200)]
    public async Task No_request_is_answered_5xx_whatever_its_version_and_host(string method, string path, int status)
    {
        string[] hosts =
        [
            "HTTP/1.0", "HTTP/1.0\r\nHost:", "HTTP/1.1\r\nHost:", "HTTP/1.1\r\nHost: localhost:99999", "HTTP/1.1\r\nHost: xn--a",
            "HTTP/1.1\r\nHost: a..b", "HTTP/1.1\r\nHost: a'b", "HTTP/1.1\r\nHost: (a)",
        ];
        foreach (var host in hosts)
        {
            var body = method is "POST" ? Good : "";
            string[] lines =
            [
                $"{method} {path} {host}", "Content-Type: application/json", $"Content-Length: {body.Length}", "Connection: close", "",
                body,
            ];
            var answer = await SendRawAsync(string.Join("\r\n", lines));

            // Kestrel refuses some itself, with 400.
            Assert.Contains(int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture), new[] { status, 400 });
        }
    }

    [Theory]
    [InlineData("/api/health/live", 200)]
    [InlineData("/api/account/details", 401)]
    [InlineData("/api/docs", 200)]
    [InlineData("/api/openapi.json", 200)]
    public async Task Head_is_answered_wherever_get_is(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await App.Client.SendAsync(request);

        Assert.Equal((status, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.True(answer.Headers.Contains("X-Request-Id"));
    }

    [Fact]
    public void Every_function_that_answers_get_answers_head()
    {
        var triggers = typeof(HttpEdge).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .ToList();

        Assert.NotEmpty(triggers);
        Assert.All(triggers, trigger => Assert.Equal(trigger.Methods!.Contains("get"), trigger.Methods!.Contains("head")));
    }

    [Theory]
    [InlineData("application/problem+json;q=0", "application/json; charset=utf-8")]
    [InlineData("application/json, application/problem+json; q=0.0", "application/json; charset=utf-8")]
    [InlineData("application/problem+json;q=0.1", "application/problem+json")]
    [InlineData("APPLICATION/PROBLEM+JSON", "application/problem+json")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    public async Task A_problem_document_is_sent_only_where_it_is_acceptable(string accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/account/details");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        Assert.Equal(type, (await App.SendAsync(request)).Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData(" null ")]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("{}")]
    public async Task Where_no_body_is_needed_null_and_blanks_count_as_none(string body)
    {
        var login = await App.SignInAsync(Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/logout")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

        Assert.Equal(HttpStatusCode.OK, (await App.SendAsync(request, login.GetProperty("access").GetString())).Status);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Status);
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
        var token = (await App.SignInAsync(Address)).GetProperty("access").GetString();
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
        foreach (var answer in new[] { await App.RegisterAsync(Address), await App.GetAsync("details"), await SendAsync("["u8.ToArray()) })
        {
            Assert.Equal("no-store", answer.Headers["Cache-Control"]);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
            Assert.Equal("default-src 'none'; base-uri 'none'; frame-ancestors 'none'", answer.Headers["Content-Security-Policy"]);
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

    [Fact, OwnApp, Holds("F11")]
    public async Task Every_log_line_of_a_request_carries_its_trace_id()
    {
        var id = (await App.RegisterAsync(Address)).Headers["X-Request-Id"];

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

    [Fact, Holds("F11")]
    public async Task A_fault_of_ours_is_503_internal_and_keeps_clients_away_for_a_minute()
    {
        var engine = new HookedEngine { Before = () => throw new InvalidOperationException("a bug") };
        await using var faulty = await TestApp.StartAsync(
            NewStorage(), configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        var answer = await faulty.RegisterAsync("ada@example.com");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "internal", "60"), (answer.Status, answer.Message, answer.Headers["Retry-After"]));
        Assert.Contains("Error Register failed.", faulty.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("a bug", answer.Text, StringComparison.Ordinal);
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(App.Client.BaseAddress!.Host, App.Client.BaseAddress.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private async Task IsInvalidAsync(byte[] body)
    {
        var answer = await SendAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (answer.Status, answer.Message));
    }

    private async Task<Answer> SendAsync(byte[] body, string? contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/activate") { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await App.SendAsync(request);
    }
}
