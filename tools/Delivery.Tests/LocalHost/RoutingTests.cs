using System.Net;
using System.Net.Sockets;
using System.Text;
using LocalHost;

namespace Delivery.Tests.LocalHost;

/// <summary>Answers recorded from a real Functions host (4.1037), compared with the local host's.</summary>
public sealed class RoutingTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestHost host = null!;

    public async ValueTask InitializeAsync() => host = await TestHost.StartAsync(azurite.NewStorage());

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("/api/things/7")]
    [InlineData("/api/things/7/")]
    [InlineData("/API/Things/7")]
    public async Task A_route_is_found_in_any_case_and_with_a_trailing_slash(string path) =>
        Assert.Equal("get 7", await host.Client.GetStringAsync(path));

    [Fact]
    public async Task Functions_may_share_a_route_and_differ_in_method()
    {
        var answer = await host.Client.PostAsync("/api/things/8", null);

        Assert.Equal("post 8", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/things/7")]
    [InlineData("PUT", "/api/things/7")]
    [InlineData("HEAD", "/api/things/7")]
    [InlineData("OPTIONS", "/api/things/7")]
    [InlineData("TRACE", "/api/things/7")]
    [InlineData("GET", "/api/numbers/seven")]
    public async Task No_such_route_or_method_is_a_bare_404(string method, string path)
    {
        var answer = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_method_that_the_trigger_lists_is_served_head_too()
    {
        var answer = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/hello"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Options_of_the_whole_server_is_a_404() =>
        Assert.StartsWith(
            "HTTP/1.1 404 ",
            await RawAsync("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task An_exception_is_a_500_without_a_body_and_is_logged()
    {
        var answer = await host.Client.GetAsync("/api/crash");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Contains("a fault in GET", host.Logs.Text);
    }

    [Fact]
    public async Task A_function_that_is_not_anonymous_wants_a_key()
    {
        var answer = await host.Client.GetAsync("/api/keyed");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/admin/functions", HttpStatusCode.Unauthorized)]
    [InlineData("/runtime/webhooks/blobs", HttpStatusCode.Unauthorized)]
    [InlineData("/admin/host/ping", HttpStatusCode.OK)]
    public async Task The_hosts_own_routes_answer_without_a_key_as_they_do_in_Azure(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await host.Client.GetAsync(path)).StatusCode);

    [Fact]
    public async Task An_answer_names_Kestrel_and_comes_in_chunks()
    {
        var answer = await RawAsync("GET /api/things/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Contains("\r\nServer: Kestrel\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Header_names_arrive_in_lower_case_and_repeated_headers_joined()
    {
        var answer = await RawAsync(
            "POST /api/echo HTTP/1.1\r\nHost: localhost\r\nX-One: a\r\nX-One: b\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: 2\r\n"
                + "Connection: close\r\n\r\nhi");

        Assert.Contains("x-one=a,b\n", answer, StringComparison.Ordinal);
        Assert.Matches(@"x-forwarded-for=203\.0\.113\.9, 127\.0\.0\.1:\d+\n", answer);
        Assert.Contains("body=hi", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_length_never_reaches_the_function()
    {
        var answer = await RawAsync(
            "POST /api/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n\r\n");

        Assert.Contains("transfer-encoding=chunked\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("body=\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_passes_no_trace_on()
    {
        var answer = await RawAsync(
            "POST /api/echo HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n");

        Assert.Contains("traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", answer, StringComparison.Ordinal);
        Assert.Contains("trace=\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_function()
    {
        using var impatient = new CancellationTokenSource();
        var call = host.Client.GetAsync("/api/hang", impatient.Token);
        await Eventually.TrueAsync(() => host.Calls.Hanging.Count == 1, () => "The call does not come.");
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(() => host.Calls.Cancelled.Count == 1, () => "The call goes on.");
    }

    [Fact]
    public async Task A_request_in_hand_is_answered_although_the_host_stops()
    {
        var call = host.Client.GetStringAsync("/api/hang");
        await Eventually.TrueAsync(() => host.Calls.Hanging.Count == 1, () => "The call does not come.");
        var stop = host.StopAsync();
        host.Calls.Release();

        Assert.Equal("released", await call);
        await stop;
    }

    [Theory]
    [InlineData(null, 1_048_576)]
    [InlineData("1000", 1000)]
    public async Task A_body_over_the_hosts_limit_is_a_bare_500_that_closes_the_connection(string? setting, int limit)
    {
        await using var small = await TestHost.StartAsync(azurite.NewStorage(), new() { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = setting });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo") { Content = new ByteArrayContent(new byte[limit + 1]) };

        // The client waits with the body for the host's word; a host that closes while bytes arrive may reset the connection first.
        request.Headers.ExpectContinue = true;
        var answer = await small.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.True(answer.Headers.ConnectionClose);
    }

    [Fact]
    public async Task A_body_limit_that_is_no_number_is_named() => await Assert.ThrowsAsync<StartException>(
        () => TestHost.StartAsync(azurite.NewStorage(), new() { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1MB" }));

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
