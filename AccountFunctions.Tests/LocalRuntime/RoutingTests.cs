using System.Net;

namespace AccountFunctions.Tests.LocalRuntime;

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
        Assert.StartsWith("get 7 ", await host.Client.GetStringAsync(path));

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
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task An_exception_is_a_500_without_a_body_and_stands_in_the_log()
    {
        var answer = await host.Client.GetAsync("/api/Crash");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Contains("a secret in GET", host.Logs.Text);
    }

    [Fact]
    public async Task The_address_of_the_socket_is_the_last_forwarded_one()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/things/7") { Headers = { { "X-Forwarded-For", "203.0.113.9" } } };
        var answer = await host.Client.SendAsync(request);

        Assert.Matches(@"^get 7 203\.0\.113\.9, 127\.0\.0\.1:\d+$", await answer.Content.ReadAsStringAsync());
    }
}
