using System.Text.Json;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>Swagger UI as a front-end developer uses it.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class SwaggerUiTests(AzuriteFixture azurite, Chromium chromium) : AppTests(azurite)
{
    private readonly string address = NewAddress();

    // In Swagger UI's own markup: white on light green, selects and the editor of the body without a label, a link within the button of
    // each operation.
    private static readonly string[] RulesThatSwaggerUiBreaks = ["color-contrast", "label", "select-name", "nested-interactive"];

    [Fact]
    public async Task A_user_registers_activates_signs_in_and_edits_the_account()
    {
        await using var docs = await chromium.OpenAsync(App, "/api/docs");
        await TryAsync(
            docs.Page,
            "Register",
            new { username = address, password1 = TestApp.Password, password2 = TestApp.Password, first_name = "Ada" },
            201);

        await using var outbox = await chromium.OpenAsync(App, $"/outbox?to={address}");
        var code = await outbox.Page.Locator(".code code").InnerTextAsync();
        await TryAsync(docs.Page, "Activate", new { username = address, code }, 200);
        await TryAsync(docs.Page, "Login", new { username = address, password = TestApp.Password }, 200);

        // The page has authorized itself.
        Assert.Equal("Ada", (await TryAsync(docs.Page, "GetDetails", null, 200)).GetProperty("first_name").GetString());
        Assert.Equal(
            "Mathematician",
            (await TryAsync(docs.Page, "UpdateDetails", new { job = "Mathematician" }, 200)).GetProperty("job").GetString());
        Assert.Equal("Mathematician", (await TryAsync(docs.Page, "GetDetails", null, 200)).GetProperty("job").GetString());
        Assert.Empty(docs.Faults);
        Assert.Empty(outbox.Faults);
    }

    [Theory]
    [InlineData("/api/docs")]
    [InlineData("/api/docs/")]
    public async Task A_link_may_name_an_operation_by_its_id(string path)
    {
        await using var docs = await chromium.OpenAsync(App, path + "#Login");
        await docs.Page.Locator("[id$='-Login'].opblock.is-open").WaitForAsync();

        Assert.EndsWith("#/Sessions/Login", docs.Page.Url, StringComparison.Ordinal);
        Assert.Empty(docs.Faults);
    }

    [Fact]
    public async Task Elsewhere_the_page_knows_of_no_outbox()
    {
        await using var docs = await chromium.OpenAsync(App, $"http://accounts.localhost:{App.Client.BaseAddress!.Port}/api/docs");
        await docs.Page.Locator(".opblock").First.WaitForAsync();

        Assert.False(await docs.Page.Locator("#outbox").IsVisibleAsync());
    }

    [Fact]
    public async Task Where_mails_go_elsewhere_the_page_leads_to_no_outbox()
    {
        await using var app = await TestApp.StartAsync(
            NewStorage(), new() { ["CommunicationServices"] = "endpoint=http://localhost:1/;accesskey=ZGV2" });
        await using var docs = await chromium.OpenAsync(app, "/api/docs");
        await docs.Page.Locator(".opblock").First.WaitForAsync();

        Assert.False(await docs.Page.Locator("#outbox").IsVisibleAsync());
    }

    [Fact]
    public async Task A_link_to_no_operation_shows_them_all_and_none_makes_the_page_scroll_sideways_on_a_phone()
    {
        await using var docs = await chromium.OpenAsync(App, "/api/docs#Nothing", width: 360);
        await docs.Page.Locator(".opblock").First.WaitForAsync();
        await docs.Page.EvaluateAsync("document.querySelectorAll('.opblock-summary-control').forEach(button => button.click())");
        await Assertions.Expect(docs.Page.Locator(".opblock.is-open .responses-table"))
            .ToHaveCountAsync(await docs.Page.Locator(".opblock").CountAsync());

        Assert.False(await docs.ScrollsSidewaysAsync());
        Assert.Empty(docs.Faults);
    }

    // One page for several claims: it takes seconds of a processor to load.
    [Fact]
    public async Task The_page_sends_samples_leads_to_the_outbox_can_be_dark_and_axe_finds_nothing_serious_beyond_upstream_faults()
    {
        await using var docs = await chromium.OpenAsync(App, "/api/docs");
        var operation = await ExpandAsync(docs.Page, "Register");
        await operation.Locator(".execute").ClickAsync();
        Assert.Equal("201", await StatusAsync(operation));
        Assert.Single(await App.WaitForMailsAsync("ada@example.com", 1));

        await (await ExpandAsync(docs.Page, "UpdateDetails")).Locator(".execute").WaitForAsync();
        Assert.Empty(await docs.AccessibilityFaultsAsync(RulesThatSwaggerUiBreaks));

        var outbox = await docs.Page.RunAndWaitForPopupAsync(
            () => docs.Page.GetByRole(AriaRole.Link, new() { Name = "outbox" }).ClickAsync());
        Assert.EndsWith("/outbox", outbox.Url, StringComparison.Ordinal);

        await docs.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await docs.Page.Locator(".dark-mode .swagger-ui .info").WaitForAsync();
        Assert.Equal("dark", await docs.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).colorScheme"));
    }

    [Theory]
    [InlineData("/api/docs")]
    [InlineData("/api/docs/")]
    public async Task Behind_a_path_of_a_gateway_the_page_works_as_it_does_without(string path)
    {
        await using var proxy = await PrefixProxy.StartAsync(App.Client);
        await using var docs = await chromium.OpenAsync(App, proxy.Url + path);
        await TryAsync(docs.Page, "ResendCode", new { username = address }, 200);

        Assert.Empty(docs.Faults);
    }

    [Theory]
    [InlineData("/api/docs/errors")]
    [InlineData("/api/docs/mails/")]
    public async Task Behind_a_path_of_a_gateway_pages_lead_to_each_other(string path)
    {
        await using var proxy = await PrefixProxy.StartAsync(App.Client);
        await using var page = await chromium.OpenAsync(App, proxy.Url + path);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "API documentation" }).ClickAsync();
        await page.Page.Locator(".opblock").First.WaitForAsync();

        Assert.Equal($"{proxy.Url}/api/docs", page.Page.Url);
        Assert.Empty(page.Faults);
    }

    private static async Task<ILocator> ExpandAsync(IPage page, string operation)
    {
        var block = page.Locator($"[id$='-{operation}'].opblock");
        if (!await block.EvaluateAsync<bool>("element => element.classList.contains('is-open')"))
        {
            await block.Locator("button.opblock-summary-control").ClickAsync();
        }

        return block;
    }

    private static async Task<JsonElement> TryAsync(IPage page, string operation, object? body, int status)
    {
        var block = await ExpandAsync(page, operation);
        if (body is not null)
        {
            await block.Locator("textarea.body-param__text").FillAsync(JsonSerializer.Serialize(body));
        }

        var answering = page.WaitForResponseAsync(response => response.Url.Contains("/api/account/", StringComparison.Ordinal));
        await block.Locator(".execute").ClickAsync();
        var answer = (await (await answering).JsonAsync())!.Value;

        // The page shows the answer.
        Assert.Equal($"{status}", await StatusAsync(block));
        return answer.GetProperty("data");
    }

    private static async Task<string> StatusAsync(ILocator operation) =>
        (await operation.Locator(".live-responses-table tr.response .response-col_status").First.InnerTextAsync()).Split('\n')[0].Trim();
}
