using System.Diagnostics;
using LocalHost.Storage;
using Microsoft.Playwright;

namespace AccountFunctions.Tests.Browser;

/// <summary>The sample web app is a page on another origin, so this tests CORS and the TypeScript package in a browser, too.</summary>
[Collection(nameof(Chromium))]
public sealed class SampleWebTests(AzuriteFixture azurite, Chromium chromium) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private const string NewPassword = "green tractor 78";
    private static readonly string Package = Repository.PathTo("clients", "typescript");
    private Process server = null!;
    private string site = "";

    protected override async Task PrepareAsync()
    {
        App.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        await NpmInstall.EnsureAsync(Package, Package, CancellationToken.None);
        string[] build = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json"];
        using (var compiler = Process.Start(new ProcessStartInfo("node", build) { WorkingDirectory = Package })!)
        {
            await compiler.WaitForExitAsync();
        }

        var port = Ports.Free();
        site = $"http://localhost:{port}";
        string[] serve = [Repository.PathTo("samples", "web", "server.mjs"), $"{port}", $"{App.Client.BaseAddress}api"];
        server = Process.Start(new ProcessStartInfo("node", serve) { RedirectStandardOutput = true })!;
        await server.StandardOutput.ReadLineAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        server.Kill();
        server.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_user_signs_up_recovers_and_signs_out_on_another_origin()
    {
        await using var page = await chromium.OpenAsync(App, site);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await FillAsync(page, ("First name", "Ada"), ("E-mail address", Address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Create account", "Confirm your address");
        await FillAsync(page, ("Code from the mail", (await App.NextCodeAsync(Address)).Insert(3, " ")));
        await SubmitAsync(page, "Confirm", "Sign in");
        await FillAsync(page, ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
        await FillAsync(page, ("Job", "Mathematician"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.Page.GetByText("Saved.").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Password" }).ClickAsync();
        await FillAsync(page, ("Current password", TestApp.Password), ("New password", NewPassword));
        await SubmitAsync(page, "Change password", "Your account");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Devices" }).ClickAsync();
        await page.Page.GetByText("this device").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" }).ClickAsync();
        await page.Page.GetByText("Signed out everywhere.").WaitForAsync();

        // The access token died with the old password: the browser reports the 401 that the client then mended.
        Assert.All(page.Faults, fault => Assert.Contains("401", fault, StringComparison.Ordinal));
        Assert.Equal(
            "Mathematician", (await App.LoginAsync(Address, NewPassword)).Data.GetProperty("user").GetProperty("job").GetString());
    }

    [Fact]
    public async Task A_forgotten_password_is_set_with_a_mailed_code()
    {
        await App.ActivateAsync(Address);
        await using var page = await chromium.OpenAsync(App, $"{site}/#/forgot");
        await FillAsync(page, ("E-mail address", Address));
        await SubmitAsync(page, "Mail a code", "Set a new password");
        await FillAsync(page, ("Code from the mail", await App.NextCodeAsync(Address, mails: 2)), ("New password", NewPassword));
        await SubmitAsync(page, "Set password", "Sign in");
        await FillAsync(page, ("Password", NewPassword));
        await SubmitAsync(page, "Sign in", "Your account");

        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Faults_are_shown_at_their_fields()
    {
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-up");
        await FillAsync(page, ("E-mail address", "nobody"), ("Password", "short"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await page.Page.GetByText("This is no e-mail address.").WaitForAsync();

        Assert.True(await page.Page.GetByText("Use at least 8 characters.").IsVisibleAsync());
        Assert.Equal("field-username", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Empty(await page.AccessibilityFaultsAsync());
    }

    [Theory]
    [InlineData("/#/")]
    [InlineData("/#/sign-up")]
    [InlineData("/#/sign-in")]
    [InlineData("/#/activate")]
    [InlineData("/#/reset")]
    public async Task A_page_is_accessible_and_fits_a_phone(string path)
    {
        await using var page = await chromium.OpenAsync(App, site + path, width: 360);

        Assert.Empty(await page.AccessibilityFaultsAsync());
        Assert.False(await page.ScrollsSidewaysAsync());
        Assert.Empty(page.Faults);
    }

    private static async Task FillAsync(BrowserPage page, params (string Label, string Value)[] fields)
    {
        foreach (var (label, value) in fields)
        {
            await page.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        }
    }

    private static async Task SubmitAsync(BrowserPage page, string button, string heading)
    {
        await page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = heading }).WaitForAsync();
    }
}
