using System.Net;

namespace AccountFunctions.Tests.LocalHost;

public sealed class StartPageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task It_leads_to_what_is_there_and_shows_what_runs()
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
        Assert.Contains("POST /api/account/register", text);
        Assert.Contains("email-jobs", text);
    }

    [Fact]
    public async Task Where_mails_go_elsewhere_it_leads_to_no_outbox()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), new() { ["CommunicationServices"] = "endpoint=http://localhost:1/;accesskey=ZGV2" });

        Assert.DoesNotContain("outbox", await app.Client.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/start.css")).StatusCode);
    }

    [Fact]
    public async Task Another_hosts_name_for_this_machine_is_not_served()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.SendAsync(request)).StatusCode);
    }
}
