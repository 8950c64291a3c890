using System.Net;

namespace Delivery.Tests.LocalHost;

public sealed class StartPageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task It_links_to_every_page_and_lists_the_functions()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var page = await app.Client.GetAsync("/");
        var text = await page.Content.ReadAsStringAsync();

        Assert.StartsWith(
            "default-src 'none'; script-src 'self'; ",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.Contains("""<a href="/api/docs">""", text);
        Assert.Contains("""<a href="/outbox">""", text);
        Assert.Contains("""<b class="method">POST</b> <a href="/api/docs#Register">/api/account/register</a>""", text);
        Assert.Contains("""<b class="method">GET</b> /api/docs/errors""", text);
        Assert.Contains("email-jobs", text);
    }

    [Fact]
    public async Task It_is_headed_by_the_products_name()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Email:ProductName"] = "Tom & Co" });
        var text = await app.Client.GetStringAsync("/");

        Assert.Contains("<title>Tom &amp; Co</title>", text);
        Assert.Contains("<h1>Tom &amp; Co</h1>", text);
    }

    [Fact]
    public async Task It_links_to_no_outbox_when_mails_go_elsewhere()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), new() { ["CommunicationServices"] = "endpoint=http://localhost:1/;accesskey=ZGV2" });

        Assert.DoesNotContain("outbox", await app.Client.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/start.css")).StatusCode);
    }

    [Fact]
    public async Task A_request_for_a_foreign_host_name_is_not_served()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.SendAsync(request)).StatusCode);
    }
}
