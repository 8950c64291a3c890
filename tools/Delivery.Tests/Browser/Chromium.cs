using Delivery.Tests.Browser;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Delivery.Tests.Browser;

/// <summary>
/// The machine's Chromium (<c>CHROMIUM</c>, or where Debian has it), started by the first test that asks for it. Tests with it
/// run one after another, beside the others.
/// </summary>
[CollectionDefinition(nameof(Chromium))]
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string Executable = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    // A window's own address bar is two more web pages, and a renderer in reserve one more process: together they cost more than
    // a page of ours does. Chromium obeys only its last list, so what Playwright switches off for tests is named again.
    private static readonly string[] Unused =
    [
        "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess",
        "AimEnabled", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding",
        "PreconnectToSearch",
    ];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> started = new(StartAsync);

    /// <summary>A page of its own on an app. Skips the test where there is no browser, unless <c>REQUIRE_BROWSER</c> is 1.</summary>
    public async Task<BrowserPage> OpenAsync(TestApp app, string path, int width = 1280)
    {
        if (!File.Exists(Executable) && Environment.GetEnvironmentVariable("REQUIRE_BROWSER") != "1")
        {
            Assert.Skip($"No browser at {Executable}: install Chromium, or name one in CHROMIUM.");
        }

        var (_, browser) = await started.Value;
        var context = await browser.NewContextAsync(
            new() { BaseURL = app.Client.BaseAddress!.ToString(), ViewportSize = new() { Width = width, Height = 900 } });
        var page = new BrowserPage(await context.NewPageAsync());
        page.Page.SetDefaultTimeout(40_000);
        await page.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated)
        {
            var (playwright, browser) = await started.Value;
            await browser.CloseAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", $"--disable-features={string.Join(',', Unused)}",
            ],
        }));
    }
}

/// <summary>A page and its console messages.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();
    private readonly List<string> faults = [];

    public BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        page.Request += (_, request) =>
        {
            var url = new Uri(request.Url);
            if (url.Scheme is not ("data" or "about" or "blob") && !url.IsLoopback)
            {
                faults.Add($"fetched {url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, uncaught exceptions, and requests to elsewhere.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>What axe-core finds that is serious or critical, by rule and element.</summary>
    public async Task<IReadOnlyList<string>> AccessibilityFaultsAsync(params string[] exceptRules)
    {
        // Not into frames: those of mails run no script, axe's neither.
        await Page.EvaluateAsync(Axe);
        return await Page.EvaluateAsync<string[]>(
            """
            async except => {
              const rules = Object.fromEntries(except.map(rule => [rule, { enabled: false }]));
              const found = await axe.run(document, { iframes: false, rules });
              return found.violations
                .filter(fault => ['serious', 'critical'].includes(fault.impact))
                .flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html}`));
            }
            """,
            exceptRules);
    }

    /// <summary>Whether the page is wider than the window.</summary>
    public Task<bool> ScrollsSidewaysAsync() =>
        Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    /// <summary>Presses Tab until the focus is on what the selector names, like a keyboard user.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                Assert.NotEqual("none", await Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
                return;
            }
        }

        Assert.Fail($"The focus never came to {selector}.");
    }

    public ValueTask DisposeAsync() => new(Page.Context.CloseAsync());
}
