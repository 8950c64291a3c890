using System.Net;

namespace Delivery.Tests.LocalHost;

public sealed class CorsTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(null, "http://localhost:5173", true)]
    [InlineData(null, "http://127.0.0.1:8080", true)]
    [InlineData(null, "https://evil.example", false)]
    [InlineData(null, "http://localhost.evil.example", false)]
    [InlineData("https://app.example, https://www.example", "https://www.example", true)]
    [InlineData("https://app.example", "http://localhost:5173", false)]
    [InlineData("https://app.example", "https://APP.example", false)]
    [InlineData("*", "https://anything.example", true)]
    public async Task A_preflight_is_answered_for_the_origins_of_the_settings(string? setting, string origin, bool allowed)
    {
        await using var app = await StartAsync(setting);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/account/details");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,if-match");
        using var client = new HttpClient { BaseAddress = app.Client.BaseAddress };
        using var answer = await client.SendAsync(preflight);

        Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Credentials_are_allowed_where_the_settings_say_so()
    {
        await using var app = await StartAsync("https://app.example", credentials: "true");
        using var request = From("https://app.example", "/api/health/live");
        using var answer = await app.Client.SendAsync(request);

        Assert.Equal("true", answer.Headers.GetValues("Access-Control-Allow-Credentials").Single());
    }

    [Fact]
    public async Task No_page_of_another_origin_reads_the_outbox()
    {
        await using var app = await StartAsync(null);
        using var request = From("http://localhost:5173", "/emailMessages");
        using var answer = await app.Client.SendAsync(request);

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static HttpRequestMessage From(string origin, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", origin);
        return request;
    }

    private Task<TestApp> StartAsync(string? origins, string? credentials = null) => TestApp.StartAsync(
        azurite.NewStorage(), new() { ["Host:CORS"] = origins, ["Host:CORSCredentials"] = credentials });
}
