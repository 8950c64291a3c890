using System.Text.RegularExpressions;
using Azure;
using Azure.Communication.Email;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>The pages that are our own.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class PageTests(AzuriteFixture azurite, Chromium chromium) : AppTests(azurite)
{
    private readonly string address = NewAddress();

    public static TheoryData<string> OwnPages { get; } = ["/", "/outbox", "/api/docs/mails?language=de", "/api/docs/errors"];

    [Theory, MemberData(nameof(OwnPages))]
    public async Task No_page_has_a_serious_accessibility_fault_an_error_in_the_console_or_scrolls_sideways_on_a_phone(string path)
    {
        await App.RegisterAsync(address);
        await App.WaitForMailsAsync(address, 1);
        await using var page = await chromium.OpenAsync(App, Own(path));
        Assert.Empty(await page.AccessibilityFaultsAsync());

        await page.Page.SetViewportSizeAsync(360, 900);
        Assert.False(await page.ScrollsSidewaysAsync());
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task From_the_start_page_every_other_is_reached_by_keyboard()
    {
        foreach (
            var path in new[] { "/api/docs", "/api/docs/errors", "/api/openapi.json", "/api/health/ready", "/outbox", "/api/docs/mails" })
        {
            await using var page = await chromium.OpenAsync(App, "/");
            await page.TabToAsync($"a[href='{path}']");
            var arriving = page.Page.WaitForResponseAsync(response => new Uri(response.Url).AbsolutePath == path);
            await page.Page.Keyboard.PressAsync("Enter");

            Assert.Equal(200, (await arriving).Status);
        }
    }

    [Fact]
    public async Task The_start_page_copies_a_command_that_registers()
    {
        await using var page = await chromium.OpenAsync(App, "/");
        await page.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Page.Locator(".copy").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#said")).ToHaveTextAsync("Copied");

        Assert.StartsWith(
            $"curl {App.Client.BaseAddress}api/account/register ",
            await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"),
            StringComparison.Ordinal);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task An_operation_on_the_start_page_leads_to_its_documentation()
    {
        await using var page = await chromium.OpenAsync(App, "/");
        await page.Page.Locator(".functions a[href$='#GetDetails']").ClickAsync();

        await page.Page.Locator("[id$='-GetDetails'].opblock.is-open").WaitForAsync();
    }

    [Fact]
    public async Task The_outbox_is_searched_and_its_codes_are_copied_by_keyboard()
    {
        await App.RegisterAsync(address);
        await App.WaitForMailsAsync(address, 1);
        await using var page = await chromium.OpenAsync(App, "/outbox?to=bob@example.com");
        await page.Page.Locator("#none").WaitForAsync();
        await page.TabToAsync("#to");
        await page.Page.Keyboard.PressAsync("Control+A");
        await page.Page.Keyboard.TypeAsync(address);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.Locator(".code").WaitForAsync();
        await page.TabToAsync(".code button");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.Locator(".code button").And(page.Page.GetByText(new Regex("^(Copied|Selected)$"))).WaitForAsync();
        await page.TabToAsync("summary");
        await page.Page.Keyboard.PressAsync("Enter");

        Assert.True(await page.Page.Locator(".text").IsVisibleAsync());
    }

    [Fact]
    public async Task The_gallery_is_operated_by_keyboard()
    {
        await using var page = await chromium.OpenAsync(App, "/api/docs/mails?language=de");
        await page.TabToAsync("a[hreflang='fr']");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.Locator("h2", new() { HasText = "(fr)" }).WaitForAsync();
        await page.TabToAsync("summary");
        await page.Page.Keyboard.PressAsync("Enter");

        Assert.True(await page.Page.Locator("details .text").First.IsVisibleAsync());
    }

    [Theory]
    [InlineData("/outbox")]
    [InlineData("/api/docs/mails?language=de")]
    public async Task A_frame_is_as_tall_as_its_mail_however_wide_the_window_is(string path)
    {
        await App.RegisterAsync(address);
        await App.WaitForMailsAsync(address, 1);
        await using var page = await chromium.OpenAsync(App, Own(path));
        var frame = page.Page.Locator("iframe.loaded").First;
        var wide = await HeightAsync(frame);
        await page.Page.SetViewportSizeAsync(360, 900);
        var narrow = await HeightAsync(frame);
        await page.Page.SetViewportSizeAsync(1280, 900);

        Assert.True(narrow > wide);
        Assert.Equal(wide, await HeightAsync(frame));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task A_problem_documents_type_leads_to_its_explanation()
    {
        await using var page = await chromium.OpenAsync(App, "/api/docs/errors#stale");

        Assert.Equal("stale", await page.Page.Locator("section:target h3 code").InnerTextAsync());
        await page.TabToAsync("a[href='#invalid_code']");
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("invalid_code", await page.Page.Locator("section:target h3 code").InnerTextAsync());
    }

    [Fact, OwnApp]
    public async Task The_outbox_shows_a_new_mail_by_itself()
    {
        await using var page = await chromium.OpenAsync(App, "/outbox");
        Assert.True(await page.Page.Locator("#empty").IsVisibleAsync());
        await App.RegisterAsync(address);

        await page.Page.Locator(".code code").WaitForAsync();
        Assert.Equal(await App.NextCodeAsync(address), await page.Page.Locator(".code code").InnerTextAsync());
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task The_outbox_opens_the_html_version_first()
    {
        await SendAsync(new EmailContent("Hello") { Html = "<p>with style</p>", PlainText = "without" });
        await using var page = await chromium.OpenAsync(App, Own("/outbox"));

        await Assertions.Expect(page.Page.FrameLocator("iframe").Locator("p")).ToHaveTextAsync("with style");
        Assert.False(await page.Page.Locator(".text").IsVisibleAsync());
        await page.Page.Locator("summary").ClickAsync();
        Assert.Equal("without", await page.Page.Locator(".text").InnerTextAsync());
    }

    [Fact]
    public async Task The_outbox_opens_the_text_of_a_mail_without_html()
    {
        await SendAsync(new EmailContent("Hello") { PlainText = "without" });
        await using var page = await chromium.OpenAsync(App, Own("/outbox"));
        await page.Page.Locator(".text").WaitForAsync();

        Assert.Equal("without", await page.Page.Locator(".text").InnerTextAsync());
        Assert.Equal(0, await page.Page.Locator("iframe").CountAsync());
    }

    [Fact]
    public async Task A_link_in_a_mail_opens_in_another_tab()
    {
        await SendAsync(new EmailContent("Hello") { Html = "<a href='/api/health/live' target='_top' rel='opener'>here</a>" });
        await using var page = await chromium.OpenAsync(App, Own("/outbox"));
        await page.Page.Locator("iframe.loaded").WaitForAsync();
        var link = page.Page.FrameLocator("iframe").Locator("a");
        var tab = await page.Page.Context.RunAndWaitForPageAsync(() => link.ClickAsync());

        Assert.Equal("/api/health/live", new Uri(tab.Url).AbsolutePath);
        Assert.True(await tab.EvaluateAsync<bool>("opener === null"));
        Assert.Equal("here", await link.InnerTextAsync());
    }

    [Fact, Holds("F5")]
    public async Task Html_mail_is_shown_without_running_its_scripts()
    {
        const string Html = """
            <p id="text">shown</p><img src="/api/health/live" onerror="document.getElementById('text').textContent = 'run'">
            <script>document.getElementById('text').textContent = 'run'; parent.document.title = 'run';</script>
            <a href="javascript:(opener ?? window).parent.document.title = 'run'">here</a>
            """;
        await SendAsync(new EmailContent("Hello") { Html = Html });
        await using var page = await chromium.OpenAsync(App, Own("/outbox"));

        await Assertions.Expect(page.Page.FrameLocator("iframe").Locator("#text")).ToHaveTextAsync("shown");
        await page.Page.FrameLocator("iframe").Locator("a").ClickAsync();
        Assert.DoesNotContain("allow-scripts", await page.Page.Locator("iframe").GetAttributeAsync("sandbox"));
        Assert.Equal("Outbox", await page.Page.TitleAsync());
        Assert.NotEmpty(page.Faults);
        Assert.All(page.Faults, fault => Assert.Matches(
            "^(Blocked script execution|Refused to|Loading the image|Executing inline)|Content Security Policy", fault));
    }

    // Of the outbox, this test's mails alone.
    private string Own(string path) => path is "/outbox" ? $"{path}?to={address}" : path;

    private static async Task<int> HeightAsync(ILocator frame)
    {
        // Once the mail fits.
        await frame.EvaluateAsync(
            """
            async frame => {
              do {
                await new Promise(requestAnimationFrame);
              } while (frame.contentDocument.documentElement.scrollHeight !== frame.clientHeight);
            }
            """);
        return await frame.EvaluateAsync<int>("frame => frame.clientHeight");
    }

    private async Task SendAsync(EmailContent content) => await App.Services.GetRequiredService<EmailClient>().SendAsync(
        WaitUntil.Started, new EmailMessage("accounts@example.com", new EmailRecipients([new EmailAddress(address)]), content));
}
