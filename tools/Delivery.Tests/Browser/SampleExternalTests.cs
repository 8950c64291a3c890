using System.Diagnostics;
using LocalHost.Storage;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>Sign-in with another provider in the sample web app, against an OpenID Connect provider that is not ours.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class SampleExternalTests(AzuriteFixture azurite, Chromium chromium) : SampleTests(azurite)
{
    private static readonly string Folder = Repository.PathTo("tools", "Delivery.Tests", "Browser", "Issuer");

    // All of them know each other before they start.
    private static readonly int Port = Ports.Free();
    private static readonly int ApiPort = Ports.Free();
    private static readonly int IssuerPort = Ports.Free();
    private readonly string address = NewAddress();
    private Process? issuer;

    public static TheoryData<string> Variants { get; } = ["--providers=acme", "--providers=acme --cookie"];

    // The host of the callback, because the cookie of a sign-in goes to one host only.
    protected override string Api => $"http://localhost:{ApiPort}/api";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(
        storage,
        new()
        {
            ["Tokens:Issuer"] = $"http://localhost:{ApiPort}/api",
            ["Providers:acme:Issuer"] = $"http://localhost:{IssuerPort}",
            ["Providers:acme:ClientId"] = "sample",
            ["Providers:acme:ClientSecret"] = "a secret for tests",
            ["Providers:ReturnUrls"] = $"http://localhost:{Port}/",
        },
        port: ApiPort);

    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await NpmInstall.EnsureAsync(Folder, Folder, CancellationToken.None);
        var callback = $"http://localhost:{ApiPort}/api/account/login/external/acme/callback";
        issuer = Process.Start(new ProcessStartInfo("node", ["issuer.mjs", $"{IssuerPort}", callback])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = issuer.StandardError.ReadToEndAsync();
        while (await issuer.StandardOutput.ReadLineAsync() is { } line && line != "ready")
        {
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (issuer is not null)
        {
            issuer.Kill();
            await issuer.WaitForExitAsync();
            issuer.Dispose();
        }

        await base.DisposeAsync();
    }

    [Theory, MemberData(nameof(Variants))]
    public async Task A_user_signs_up_and_in_with_a_provider_and_sees_the_linked_account(string options)
    {
        var site = await ServeAsync(options);
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await AssertAccessibleAsync(page);
        await ContinueAsync(page);
        await SayAsync(page, "Hello Ada.");
        Assert.Equal($"{site}/#/account", page.Page.Url);
        await SayAsync(page, address);
        await FollowAsync(page, "Devices");
        await page.Page.GetByText("· Linked account").WaitForAsync();
        await FollowAsync(page, "Security");
        await SayAsync(page, "Acme");
        await AssertAccessibleAsync(page);
        await PressAsync(page, "Unlink Acme");
        await SayAsync(page, "You could not sign in any more. Set a password or create a passkey first.");
    }

    [Theory, MemberData(nameof(Variants))]
    public async Task The_owner_of_an_account_links_a_provider_and_signs_in_with_it(string options)
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync(options);
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await FillAsync(page, ("Email address", address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
        await FollowAsync(page, "Security");
        await ContinueAsync(page, button: "Link Acme");
        await SayAsync(page, "Confirm that it is you. From now on, you can also sign in with Acme.");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Current password", "a wrong password"));
        await PressAsync(page, "Link Acme");
        await SayAsync(page, "The current password is wrong.");
        await FillAsync(page, ("Current password", TestApp.Password));
        await PressAsync(page, "Link Acme");
        await SayAsync(page, "The account was linked.");
        await SignOutAsync(page);
        await page.Page.GotoAsync($"{site}/#/sign-in");
        SetClock();
        await PressAsync(page, "Continue with Acme");

        await SayAsync(page, address);
    }

    [Fact]
    public async Task The_second_step_follows_the_provider_like_a_password()
    {
        var site = await ServeAsync("--providers=acme");
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await ContinueAsync(page);
        await SayAsync(page, "Hello Ada.");
        await SignOutAsync(page);

        // An account that the provider has made has no password until its owner sets one.
        await App.PostAsync("code", new { username = address });
        var code = await App.NextCodeAsync(address, mails: 2);
        await App.PostAsync("forgot", new { username = address, code, new_password = TestApp.Password });
        var enrolled = await EnrolAsync();
        await page.Page.GotoAsync($"{site}/#/sign-in");
        SetClock();
        await PressAsync(page, "Continue with Acme");
        await page.Page.GetByLabel("Code of your authenticator app").WaitForAsync();
        await AssertAccessibleAsync(page);
        await PressAsync(page, "Use a recovery code");
        await FillAsync(page, ("Recovery code", "AAAAA-AAAAA"));
        await PressAsync(page, "Sign in");
        await SayAsync(page, "This code is wrong or was used before. Wait for the next one.");
        await FillAsync(page, ("Recovery code", enrolled));
        await SubmitAsync(page, "Sign in", "Your account");
        await FollowAsync(page, "Devices");

        await page.Page.GetByText("Linked account + second step").WaitForAsync();
    }

    [Fact]
    public async Task What_the_provider_or_the_app_refuses_is_said_at_the_sign_in()
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync("--providers=acme");
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await PressAsync(page, "Continue with Acme");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await SayAsync(page, "The other provider did not sign you in. Try again.");
        await ContinueAsync(page);
        await SayAsync(page, "This address already has an account. Sign in to it in another way.");

        Assert.Equal($"{site}/#/sign-in", page.Page.Url);
    }

    [Fact]
    public async Task An_address_that_the_provider_has_not_verified_makes_no_account()
    {
        var site = await ServeAsync("--providers=acme");
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await ContinueAsync(page, $"unverified-{address}");

        await SayAsync(page, "The other provider has not verified your address. Create an account here.");
    }

    private Task<string> ServeAsync(string options) => ServeAsync(Port, options.Split(' '));

    private async Task ContinueAsync(BrowserPage page, string? at = null, string button = "Continue with Acme")
    {
        await PressAsync(page, button);
        await page.Page.GetByLabel("Acme address").FillAsync(at ?? address);
        SetClock();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
    }

    // A recovery code of its new authenticator app.
    private async Task<string> EnrolAsync()
    {
        var access = (await App.LoginAsync(address)).Data.GetProperty("access").GetString();
        var secret = (await App.PostAsync("totp", new { password = TestApp.Password }, access)).Data.GetProperty("secret").GetString()!;
        var code = Authenticator.CodeOf(secret, App.Time.GetUtcNow());
        var confirmed = await App.PostAsync("totp/confirm", new { code }, access);
        return confirmed.Data.GetProperty("recovery_codes")[0].GetString()!;
    }
}
