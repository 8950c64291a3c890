using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>Second factors, passkeys and mailed codes in the sample web app, with and without its own back end.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class SampleFactorsTests(AzuriteFixture azurite, Chromium chromium) : SampleTests(azurite)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    // The app must know the origin of the page before it starts.
    private static readonly int Port = Ports.Free();
    private readonly string address = NewAddress();

    /// <summary>Options of the server: the tokens in the page, or behind a cookie.</summary>
    public static TheoryData<string> Variants { get; } = ["--codes", "--codes --cookie"];

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, new()
    {
        ["Accounts:SignInByCode"] = "true",
        ["Passkeys:RelyingPartyId"] = "localhost",
        ["Passkeys:Origins"] = $"http://localhost:{Port}",
    });

    [Fact]
    public async Task Texts_of_every_length_become_codes_that_a_camera_reads() =>
        Assert.Equal("10 sizes, then undefined", await AuthenticatorApp.CheckAsync());

    [Theory, MemberData(nameof(Variants))]
    public async Task A_user_sets_up_an_authenticator_app_signs_in_with_it_and_removes_it(string options)
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync(Port, options.Split(' '));
        await using var page = await chromium.OpenAsync(App, site);
        await SignInAsync(page, site, address);
        await FollowAsync(page, "Security");
        await FollowAsync(page, "Set up an authenticator app");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Current password", TestApp.Password));
        await PressAsync(page, "Continue");
        await page.Page.GetByRole(AriaRole.Img, new() { Name = "QR code" }).WaitForAsync();
        await AssertAccessibleAsync(page);
        var authenticator = await AuthenticatorApp.ScanAsync(page.Page.GetByRole(AriaRole.Img, new() { Name = "QR code" }));
        await FillAsync(page, ("Code of your authenticator app", await CodeAsync(authenticator)));
        await SubmitAsync(page, "Turn on", "Your recovery codes");
        await AssertAccessibleAsync(page);
        var codes = await page.Page.Locator(".codes code").AllInnerTextsAsync();
        Assert.Equal(10, codes.Distinct().Count());
        var download = await page.Page.RunAndWaitForDownloadAsync(() => PressAsync(page, "Download"));
        Assert.Equal($"{string.Join('\n', codes)}\n", await File.ReadAllTextAsync(await download.PathAsync()));
        await FollowAsync(page, "I have saved them");
        await SayAsync(page, "Recovery codes left: 10");
        await AssertAccessibleAsync(page);

        await SignOutAsync(page);
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await FillAsync(page, ("Email address", address), ("Password", TestApp.Password));
        await PressAsync(page, "Sign in");
        await FillAsync(page, ("Code of your authenticator app", "000000"));
        await AssertAccessibleAsync(page);
        await PressAsync(page, "Sign in");
        await SayAsync(page, "This code is wrong or was used before. Wait for the next one.");
        App.Time.Advance(Step);
        await FillAsync(page, ("Code of your authenticator app", await CodeAsync(authenticator)));
        await SubmitAsync(page, "Sign in", "Your account");
        await FollowAsync(page, "Devices");
        await page.Page.GetByText("Password + second step").WaitForAsync();

        await FollowAsync(page, "Security");
        await FollowAsync(page, "New recovery codes");
        await AssertAccessibleAsync(page);
        await ConfirmAsync(page, "Make new codes", codes[0]);
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "Your recovery codes" }).WaitForAsync();
        var fresh = await page.Page.Locator(".codes code").AllInnerTextsAsync();
        Assert.Empty(fresh.Intersect(codes));
        await FollowAsync(page, "I have saved them");
        await FollowAsync(page, "Turn off");
        await AssertAccessibleAsync(page);
        await ConfirmAsync(page, "Turn off", fresh[9].ToLowerInvariant());
        await SayAsync(page, "Two-step verification is off.");
        await SignOutAsync(page);
        await SignInAsync(page, site, address);
        await page.Page.GotoAsync($"{site}/#/history");
        foreach (var happened in new[] { "Two-step verification turned off", "New recovery codes made", "Recovery code used" })
        {
            await page.Page.GetByText(happened).First.WaitForAsync();
        }

        Assert.All(page.Faults, fault => Assert.Contains("400", fault, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Variants))]
    public async Task A_user_creates_a_passkey_signs_in_with_it_by_autofill_and_by_button_and_removes_it(string options)
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync(Port, options.Split(' '));
        await using var page = await chromium.OpenAsync(App, site);
        var authenticator = await VirtualAuthenticator.AddAsync(page, isTouched: false);
        await SignInAsync(page, site, address);
        await AssertAccessibleAsync(page);
        await FollowAsync(page, "Create a passkey");
        await AssertAccessibleAsync(page);
        await authenticator.TouchAsync(true);
        await CreatePasskeyAsync(page, "Laptop");
        await AssertAccessibleAsync(page);
        Assert.Equal([address], await authenticator.UsersAsync());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Change: Laptop" }).ClickAsync();
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Name of the passkey", "Old laptop"));
        await SubmitAsync(page, "Save", "Security");
        await page.Page.GetByText("Old laptop").WaitForAsync();

        await SignOutAsync(page);
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "Your account" }).WaitForAsync();
        await FollowAsync(page, "Devices");
        await page.Page.GetByText("· Passkey").WaitForAsync();
        await authenticator.TouchAsync(false);
        await SignOutAsync(page);
        await page.Page.GotoAsync($"{site}/#/sign-in");

        // Autofill asks an authenticator that is not touched. Later, it would sign in beside the button.
        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.ReloadAsync(), answer => answer.Url.Contains("passkey", StringComparison.OrdinalIgnoreCase)
                && answer.Request.Method == "POST");
        await page.Page.GetByLabel("Email address").WaitForAsync();
        await authenticator.TouchAsync(true);
        await SubmitAsync(page, "Sign in with a passkey", "Your account");

        // It also confirms what else would need the password.
        await page.Page.GotoAsync($"{site}/#/password");
        await FillAsync(page, ("New password", "green tractor 78"));
        await SubmitAsync(page, "Use a passkey", "Your account");
        await FollowAsync(page, "Security");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Change: Old laptop" }).ClickAsync();
        await PressAsync(page, "Remove this passkey");
        await SayAsync(page, "The passkey was removed.");

        // The page has told the browser.
        Assert.Empty(await authenticator.UsersAsync());
        Assert.All(page.Faults, fault => Assert.Contains("401", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_accounts_on_one_authenticator_each_keeps_its_own_passkey()
    {
        var other = NewAddress();
        await App.ActivateAsync(address);
        await App.ActivateAsync(other);
        var site = await ServeAsync(Port);
        await using var page = await chromium.OpenAsync(App, site);
        var authenticator = await VirtualAuthenticator.AddAsync(page, isTouched: false);
        foreach (var owner in new[] { address, other })
        {
            await authenticator.TouchAsync(false);
            await SignInAsync(page, site, owner);
            await page.Page.GotoAsync($"{site}/#/passkeys/add");
            await authenticator.TouchAsync(true);
            await CreatePasskeyAsync(page, owner);
            await authenticator.TouchAsync(false);
            if (owner == address)
            {
                await SignOutAsync(page);
            }
        }

        Assert.Equal(new[] { address, other }.Order(), await authenticator.UsersAsync());
        Assert.Equal(0, await page.Page.GetByText(address, new() { Exact = true }).CountAsync());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Change: {other}" }).ClickAsync();
        await PressAsync(page, "Remove this passkey");
        await SayAsync(page, "The passkey was removed.");
        Assert.Equal([address], await authenticator.UsersAsync());
        await SignOutAsync(page);
        await authenticator.TouchAsync(true);
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await page.Page.GetByText(address, new() { Exact = true }).WaitForAsync();

        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task An_authenticator_that_does_not_recognise_its_user_neither_creates_a_passkey_nor_signs_in()
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync(Port);
        await using var page = await chromium.OpenAsync(App, site);
        var authenticator = await VirtualAuthenticator.AddAsync(page, isTouched: false);
        await SignInAsync(page, site, address);
        await page.Page.GotoAsync($"{site}/#/passkeys/add");
        await authenticator.TouchAsync(true);
        await authenticator.VerifyAsync(false);
        await FillAsync(page, ("Current password", TestApp.Password));
        await PressAsync(page, "Create a passkey");
        await SayAsync(page, "Nothing happened. Try again when you are ready.");
        await authenticator.VerifyAsync(true);
        await CreatePasskeyAsync(page, "Laptop");
        await authenticator.TouchAsync(false);
        await SignOutAsync(page);
        await authenticator.VerifyAsync(false);
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await page.Page.GetByLabel("Email address").WaitForAsync();
        await authenticator.TouchAsync(true);
        await PressAsync(page, "Sign in with a passkey");
        await SayAsync(page, "Nothing happened. Try again when you are ready.");

        Assert.True(await page.Page.GetByLabel("Email address").IsVisibleAsync());
        Assert.Empty(page.Faults);
    }

    [Theory, MemberData(nameof(Variants))]
    public async Task A_mailed_code_signs_in_and_then_comes_the_second_step(string options)
    {
        var enrolled = await App.EnrolAsync(address);
        var site = await ServeAsync(Port, options.Split(' '));
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await FollowAsync(page, "Send me a code instead");
        await FillAsync(page, ("Email address", address));
        await PressAsync(page, "Mail a code");
        await SayAsync(page, "If there is an account, a code is on its way.");
        await FillAsync(page, ("Code from the mail", await App.NextCodeAsync(address, mails: 3)));
        await PressAsync(page, "Sign in");
        await page.Page.GetByLabel("Code of your authenticator app").WaitForAsync();
        await AssertAccessibleAsync(page);
        await PressAsync(page, "Use a recovery code");
        await FillAsync(page, ("Recovery code", enrolled.RecoveryCodes[2]));
        await SubmitAsync(page, "Sign in", "Your account");
        await FollowAsync(page, "Devices");

        await page.Page.GetByText("Mailed code + second step").WaitForAsync();
    }

    [Fact]
    public async Task Who_does_not_want_a_passkey_is_not_asked_again()
    {
        await App.ActivateAsync(address);
        var site = await ServeAsync(Port);
        await using var page = await chromium.OpenAsync(App, site);
        await SignInAsync(page, site, address);
        await PressAsync(page, "Not now");
        await SignOutAsync(page);
        await SignInAsync(page, site, address);

        Assert.Equal(0, await page.Page.GetByText("Next time, sign in without a password.").CountAsync());
        Assert.Empty(page.Faults);
    }

    private Task<string> CodeAsync(AuthenticatorApp authenticator) => authenticator.CodeAsync(App.Time.GetUtcNow());

    private static async Task CreatePasskeyAsync(BrowserPage page, string name)
    {
        await FillAsync(page, ("Name of the passkey", name), ("Current password", TestApp.Password));
        await SubmitAsync(page, "Create a passkey", "Security");
        await page.Page.GetByText(name, new() { Exact = true }).WaitForAsync();
    }

    // With the password, and then with a recovery code.
    private static async Task ConfirmAsync(BrowserPage page, string button, string recoveryCode)
    {
        await FillAsync(page, ("Current password", TestApp.Password));
        await PressAsync(page, button);
        await PressAsync(page, "Use a recovery code");
        await FillAsync(page, ("Recovery code", recoveryCode));
        await PressAsync(page, button);
    }
}
