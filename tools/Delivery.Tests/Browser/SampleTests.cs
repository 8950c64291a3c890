using System.Diagnostics;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>Tests of the sample web app in a browser.</summary>
public abstract class SampleTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private readonly List<Process> servers = [];

    /// <summary>The address of the API that the sample gets.</summary>
    protected virtual string Api => $"{App.Client.BaseAddress}api";

    protected override async Task PrepareAsync()
    {
        SetClock();
        await ClientPackage.EnsureBuiltAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Sets the app's clock at least as late as the clock of browsers and providers, by which they judge and issue tokens.
    /// </summary>
    protected void SetClock()
    {
        if (App.Time.GetUtcNow() < TimeProvider.System.GetUtcNow())
        {
            App.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        }
    }

    /// <summary>Starts the sample, and returns its origin.</summary>
    protected Task<string> ServeAsync(params string[] options) => ServeAsync(Ports.Free(), options);

    /// <summary>Starts the sample on the port.</summary>
    protected async Task<string> ServeAsync(int port, params string[] options)
    {
        string[] serve = [Repository.PathTo("samples", "web", "server.mjs"), .. options, $"{port}", Api];
        var server = Process.Start(new ProcessStartInfo("node", serve) { RedirectStandardOutput = true })!;
        servers.Add(server);
        await server.StandardOutput.ReadLineAsync();
        return $"http://localhost:{port}";
    }

    protected static Task FollowAsync(BrowserPage page, string link) =>
        page.Page.GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync();

    protected static async Task FillAsync(BrowserPage page, params (string Label, string Value)[] fields)
    {
        foreach (var (label, value) in fields)
        {
            await page.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        }
    }

    /// <summary>Presses a button of the page's content.</summary>
    protected static Task PressAsync(BrowserPage page, string button) =>
        page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    protected static async Task SubmitAsync(BrowserPage page, string button, string heading)
    {
        await PressAsync(page, button);
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).WaitForAsync();
    }

    /// <summary>Signs in with a password alone.</summary>
    protected static async Task SignInAsync(BrowserPage page, string site, string address)
    {
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await FillAsync(page, ("Email address", address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
    }

    protected static async Task SignOutAsync(BrowserPage page)
    {
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await SayAsync(page, "Signed out.");
    }

    /// <summary>Waits until the page tells the user something.</summary>
    protected static Task SayAsync(BrowserPage page, string text) =>
        Assertions.Expect(page.Page.GetByText(text, new() { Exact = true }).First).ToBeVisibleAsync(new() { Timeout = 15_000 });

    /// <summary>On a phone as well as on a desk, without serious faults of accessibility.</summary>
    protected static async Task AssertAccessibleAsync(BrowserPage page)
    {
        await page.Page.SetViewportSizeAsync(360, 900);
        Assert.Empty(await page.AccessibilityFaultsAsync());
        Assert.False(await page.ScrollsSidewaysAsync());
        await page.Page.SetViewportSizeAsync(1280, 900);
    }
}
