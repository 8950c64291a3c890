using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>The sample web app is a page on another origin, so this tests CORS and the TypeScript package in a browser, too.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class SampleWebTests(AzuriteFixture azurite, Chromium chromium) : SampleTests(azurite)
{
    private const string NewPassword = "green tractor 78";
    private readonly string address = NewAddress();
    private string site = "";

    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        site = await ServeAsync();
    }

    [Fact]
    public async Task A_user_signs_up_recovers_and_signs_out_on_another_origin()
    {
        await using var page = await chromium.OpenAsync(App, site);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await FillAsync(page, ("First name", "Ada"), ("Email address", address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Create an account", "Confirm your address");
        await FillAsync(page, ("Code from the mail", (await App.NextCodeAsync(address)).Insert(3, " ")));
        await SubmitAsync(page, "Confirm", "Sign in");
        await FillAsync(page, ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
        await FillAsync(page, ("Job", "Mathematician"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.Page.GetByText("Saved.").WaitForAsync();
        await FollowAsync(page, "Security");
        await FollowAsync(page, "Change password");
        await FillAsync(page, ("Current password", TestApp.Password), ("New password", NewPassword));
        await SubmitAsync(page, "Change password", "Your account");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Devices" }).ClickAsync();
        await page.Page.GetByText("this device").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" }).ClickAsync();
        await page.Page.GetByText("Signed out everywhere.").WaitForAsync();

        // The access token died with the old password: the browser reports the 401 that the client then recovered from.
        Assert.All(page.Faults, fault => Assert.Contains("401", fault, StringComparison.Ordinal));
        Assert.Equal(
            "Mathematician", (await App.LoginAsync(address, NewPassword)).Data.GetProperty("user").GetProperty("job").GetString());
    }

    [Fact]
    public async Task A_forgotten_password_is_set_with_a_mailed_code()
    {
        await App.ActivateAsync(address);
        await using var page = await chromium.OpenAsync(App, $"{site}/#/forgot");
        await FillAsync(page, ("Email address", address));
        await SubmitAsync(page, "Mail a code", "Set a new password");
        await FillAsync(page, ("Code from the mail", await App.NextCodeAsync(address, mails: 2)), ("New password", NewPassword));
        await SubmitAsync(page, "Set a new password", "Sign in");
        await FillAsync(page, ("Password", NewPassword));
        await SubmitAsync(page, "Sign in", "Your account");

        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task A_user_moves_to_another_address_reads_the_history_and_keeps_the_account_after_all()
    {
        await App.ActivateAsync(address);
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-in");
        await FillAsync(page, ("Email address", address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
        await FollowAsync(page, "Change address");
        await FillAsync(page, ("Current password", TestApp.Password), ("New email address", "new@example.org"));
        await SubmitAsync(page, "Mail a code", "Change address");
        await FillAsync(page, ("Code from the mail", await App.NextCodeAsync("new@example.org")));
        await SubmitAsync(page, "Confirm", "Your account");
        await page.Page.GetByText("new@example.org").WaitForAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(
            () => page.Page.GetByRole(AriaRole.Button, new() { Name = "Download your data" }).ClickAsync());
        Assert.Equal("account.json", download.SuggestedFilename);
        await FollowAsync(page, "History");
        await page.Page.GetByText("Address changed").WaitForAsync();
        Assert.False(await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).IsVisibleAsync());
        Assert.Empty(await page.AccessibilityFaultsAsync());

        await page.Page.GotoAsync($"{site}/#/delete");
        await FillAsync(page, ("Current password", TestApp.Password));
        await SubmitAsync(page, "Delete account", "Welcome");
        await page.Page.GotoAsync($"{site}/#/sign-in");
        await FillAsync(page, ("Email address", "new@example.org"), ("Password", TestApp.Password));
        await PressAsync(page, "Sign in");
        await FollowAsync(page, "Keep the account");
        await FillAsync(page, ("Password", TestApp.Password));
        await SubmitAsync(page, "Keep the account", "Your account");
        await page.Page.GetByText("Your account will not be deleted.").WaitForAsync();
    }

    [Fact]
    public async Task Faults_are_shown_at_their_fields()
    {
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-up");
        await FillAsync(page, ("Email address", "nobody"), ("Password", "short"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
        await page.Page.GetByText("Enter a valid email address.").WaitForAsync();

        Assert.True(await page.Page.GetByText("Use at least 8 characters.").IsVisibleAsync());
        Assert.Equal("field-username", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Empty(await page.AccessibilityFaultsAsync());
    }

    [Fact]
    public async Task With_a_cookie_no_script_can_read_the_session()
    {
        await App.ActivateAsync(address);
        await using var page = await chromium.OpenAsync(App, $"{await ServeAsync("--cookie")}/#/sign-in");
        await FillAsync(page, ("Email address", address), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "Your account");
        var cookies = await page.Page.Context.CookiesAsync();
        Assert.Equal(["__Host-device", "__Host-session"], cookies.Select(cookie => cookie.Name).Order());
        Assert.All(
            cookies,
            cookie => Assert.Equal((true, true, SameSiteAttribute.Strict), (cookie.HttpOnly, cookie.Secure, cookie.SameSite)));
        const string Readable = "document.cookie + Object.values(sessionStorage) + Object.values(localStorage)";
        Assert.Equal("", await page.Page.EvaluateAsync<string>(Readable));

        await page.Page.ReloadAsync();
        await FillAsync(page, ("Job", "Mathematician"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.Page.GetByText("Saved.").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Devices" }).ClickAsync();
        await page.Page.GetByText("this device").WaitForAsync();
        Assert.StartsWith("Chrome", (await page.Page.GetByRole(AriaRole.Listitem).InnerTextAsync()).Trim(), StringComparison.Ordinal);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.Page.GetByText("Signed out.").WaitForAsync();

        // So that strangers cannot delay the next sign-in.
        Assert.Equal("__Host-device", Assert.Single(await page.Page.Context.CookiesAsync()).Name);
        Assert.Empty(page.Faults);
    }

    [Theory]
    [InlineData("register", "text/plain", "[]")]
    [InlineData("constructor", "application/json", "[]")]
    [InlineData("register", "application/json", "{")]
    [InlineData("register", "application/json", "1")]
    public async Task The_back_end_refuses_what_its_page_does_not_send(string operation, string type, string body)
    {
        using var client = new HttpClient();
        using var content = new StringContent(body, new MediaTypeHeaderValue(type));
        var url = new Uri($"{await ServeAsync("--cookie")}/bff/{operation}");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(url, content)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(url, content)).StatusCode);
    }

    [Theory]
    [InlineData("/#/")]
    [InlineData("/#/sign-up")]
    [InlineData("/#/sign-in")]
    [InlineData("/#/sign-in/code")]
    [InlineData("/#/sign-in/code/enter")]
    [InlineData("/#/activate")]
    [InlineData("/#/reset")]
    [InlineData("/#/email")]
    [InlineData("/#/delete")]
    [InlineData("/#/keep")]
    public async Task A_page_is_accessible_and_fits_a_phone(string path)
    {
        await using var page = await chromium.OpenAsync(App, site + path, width: 360);

        Assert.Empty(await page.AccessibilityFaultsAsync());
        Assert.False(await page.ScrollsSidewaysAsync());
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task The_sample_speaks_the_language_that_the_user_chooses_and_so_do_the_mails()
    {
        await using var page = await chromium.OpenAsync(App, $"{site}/#/sign-up", width: 360);
        await page.Page.GetByLabel("Language").SelectOptionAsync("ar");
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "إنشاء حساب" }).WaitForAsync();

        Assert.Equal("rtl", await page.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main')).direction"));
        Assert.Empty(await page.AccessibilityFaultsAsync());
        Assert.False(await page.ScrollsSidewaysAsync());
        await FillAsync(page, ("عنوان البريد الإلكتروني", address), ("كلمة المرور", TestApp.Password));
        await SubmitAsync(page, "إنشاء حساب", "تأكيد عنوانك");
        var mail = Assert.Single(await App.WaitForMailsAsync(address, 1));
        Assert.EndsWith("هو رمز تفعيل حسابك في Example", mail.Subject, StringComparison.Ordinal);
        Assert.Empty(page.Faults);
    }
}
