namespace Delivery.Tests.LocalHost;

public sealed class OutboxPageTests(EmulatorHost emulator) : IClassFixture<EmulatorHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/outbox", "text/html")]
    [InlineData("/outbox.css", "text/css")]
    [InlineData("/outbox.js", "text/javascript")]
    [InlineData("/copy.js", "text/javascript")]
    public async Task The_page_runs_only_its_own_script_and_is_never_cached(string path, string type)
    {
        var response = await emulator.Http.GetAsync(path, Stop);

        Assert.Equal(type, response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task The_page_fetches_nothing_from_elsewhere()
    {
        var page = await emulator.Http.GetStringAsync("/outbox", Stop) + await emulator.Http.GetStringAsync("/outbox.css", Stop);

        Assert.DoesNotContain("//", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\son\w+=", page);
    }

    [Fact]
    public async Task Mail_text_never_becomes_markup_and_html_mail_runs_in_a_sandbox()
    {
        var script = await emulator.Http.GetStringAsync("/outbox.js", Stop);

        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(", script);
        Assert.Contains("frame.sandbox = ", script, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-scripts", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_can_ask_with_head_whether_there_is_an_outbox()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/outbox");

        Assert.True((await emulator.Http.SendAsync(request, Stop)).IsSuccessStatusCode);
    }
}
