using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>The page for administrators, which the sample's server has if it is asked to.</summary>
[Collection(nameof(Chromium)), SharedApp]
public sealed class AdminPageTests(AzuriteFixture azurite, Chromium chromium) : SampleTests(azurite)
{
    // The app must know the origin of the page before it starts.
    private static readonly int Port = Ports.Free();
    private readonly string administrator = NewAddress();
    private readonly string owner = NewAddress();
    private string site = "";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, new()
    {
        ["Passkeys:RelyingPartyId"] = "localhost",
        ["Passkeys:Origins"] = $"http://localhost:{Port}",
    });

    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        site = await ServeAsync(Port, "--admin");
    }

    [Theory]
    [InlineData()]
    [InlineData("--cookie")]
    public async Task The_server_has_no_such_page_unless_it_is_asked_to(params string[] options)
    {
        var other = await ServeAsync(options);
        using var client = new HttpClient();
        foreach (var path in new[] { "/admin", "/admin/", "/admin/admin.js", "/admin/account.js" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(other + path))).StatusCode);
        }

        using var json = new StringContent("""["ada@example.com"]""", new MediaTypeHeaderValue("application/json"));
        Assert.NotEqual(HttpStatusCode.OK, (await client.PostAsync(new Uri($"{other}/bff/admin.find"), json)).StatusCode);
    }

    [Theory]
    [InlineData("--admin")]
    [InlineData("--admin", "--cookie")]
    public async Task An_administrator_signs_in_and_finds_an_account_by_its_address(params string[] options)
    {
        await App.ActivateAsync(owner);
        var authenticator = await App.EnrolAsync(administrator);
        await App.SetRoleAsync(administrator, "A");
        await using var page = await chromium.OpenAsync(App, $"{await ServeAsync(options)}/admin");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Email address", administrator), ("Password", TestApp.Password));
        await PressAsync(page, "Sign in");
        await PressAsync(page, "Use a recovery code");
        await FillAsync(page, ("Recovery code", authenticator.RecoveryCodes[0]));
        await SubmitAsync(page, "Sign in", "Accounts");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Address of an account", "nobody@example.net"));
        await PressAsync(page, "Find");
        await SayAsync(page, "No account has this address.");
        await FillAsync(page, ("Address of an account", "nobody"));
        await PressAsync(page, "Find");
        await SayAsync(page, "Enter a valid email address.");
        await FillAsync(page, ("Address of an account", owner.ToUpperInvariant()));
        await SubmitAsync(page, "Find", owner);
        await AssertAccessibleAsync(page);

        // An address in the URL would be in the browser's history.
        Assert.EndsWith($"/admin#/accounts/{await App.IdOfAsync(owner)}", page.Page.Url, StringComparison.Ordinal);
        Assert.Equal($"{owner} – Administration", await page.Page.TitleAsync());
        Assert.Equal("H1", await FocusedAsync(page, "tagName"));
        await SignOutAsync(page);
        Assert.Equal(0, await page.Page.GetByText(owner).CountAsync());

        // The browser reports the refusals of a missing code and of no address.
        Assert.All(page.Faults, fault => Assert.Contains("400", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_signs_in_with_a_password_alone_learns_how_to_come_back_with_a_passkey()
    {
        await App.ActivateAsync(administrator);
        await App.SetRoleAsync(administrator, "A");
        await using var page = await chromium.OpenAsync(App, $"{site}/admin");
        var authenticator = await VirtualAuthenticator.AddAsync(page, isTouched: false);
        await FillAsync(page, ("Email address", administrator), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "One step is missing");
        await AssertAccessibleAsync(page);
        await FollowAsync(page, "Set up a second step");
        await FollowAsync(page, "Create a passkey");
        await authenticator.TouchAsync(true);
        await FillAsync(page, ("Name of the passkey", "Laptop"), ("Current password", TestApp.Password));
        await SubmitAsync(page, "Create a passkey", "Security");
        await authenticator.TouchAsync(false);
        await SignOutAsync(page);
        await page.Page.GotoAsync($"{site}/admin");
        await page.Page.GetByLabel("Email address").WaitForAsync();
        await authenticator.TouchAsync(true);
        await PressAsync(page, "Sign in with a passkey");
        await HeadingAsync(page, "Accounts");

        Assert.All(page.Faults, fault => Assert.Contains("403", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Others_learn_that_the_page_is_not_for_them()
    {
        await App.ActivateAsync(owner);
        await using var page = await chromium.OpenAsync(App, $"{site}/admin");
        await FillAsync(page, ("Email address", owner), ("Password", TestApp.Password));
        await SubmitAsync(page, "Sign in", "This page is not for you");
        await AssertAccessibleAsync(page);
        await FollowAsync(page, "Invite");
        await FillAsync(page, ("Email address", NewAddress()));
        await SubmitAsync(page, "Invite", "This page is not for you");
        await FollowAsync(page, "Your own account");

        await HeadingAsync(page, "Your account");
    }

    [Fact]
    public async Task Accounts_are_listed_newest_first_and_page_by_page()
    {
        await using var page = await OpenAsync();
        var access = await AccessAsync(page);
        for (var number = 0; number < 21; number++)
        {
            App.Time.Advance(TimeSpan.FromSeconds(1));
            var invited = await App.PostAsync("admin/accounts", new { username = NewAddress(), first_name = $"Ada {number}" }, access);
            Assert.Equal(HttpStatusCode.OK, invited.Status);
        }

        await page.Page.ReloadAsync();
        await page.Page.GetByText("Ada 20").WaitForAsync();
        var names = await page.Page.Locator("tbody .hint").AllInnerTextsAsync();
        Assert.Equal(Enumerable.Range(1, 20).Reverse().Select(number => $"Ada {number}"), names.Select(name => name.Trim()));
        await AssertAccessibleAsync(page);
        await FollowAsync(page, "Older accounts");
        await page.Page.GetByText("Ada 0", new() { Exact = true }).WaitForAsync();
        await AssertAccessibleAsync(page);
        await page.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Ada 0" }).GetByRole(AriaRole.Link).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Disable" }).WaitForAsync();
        await page.Page.GoBackAsync();
        await page.Page.GetByText("Ada 0", new() { Exact = true }).WaitForAsync();
        await FollowAsync(page, "Newest accounts");
        await page.Page.GetByText("Ada 20").WaitForAsync();

        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task An_account_is_disabled_enabled_extended_and_given_a_role()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync(owner);
        await PressAsync(page, "Disable");
        await SayAsync(page, "Disabled.");
        Assert.Equal("disabled_account", (await App.LoginAsync(owner)).Message);
        await PressAsync(page, "Enable");
        await SayAsync(page, "Enabled.");
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(owner)).Status);

        await FillAsync(page, ("Last day", "2099-05-17"));
        await PressAsync(page, "Change");
        await page.Page.GetByText("The account expires on").WaitForAsync();
        var expires = (await App.AccountRowsAsync(owner))[0].GetDateTimeOffset("ExpirationDate");
        Assert.Equal(new DateTimeOffset(2099, 5, 17, 23, 59, 59, TimeSpan.Zero), expires);
        await FillAsync(page, ("Last day", ""));
        await PressAsync(page, "Change");
        await SayAsync(page, "This is not valid.");

        await AskAsync(page, "Make administrator");
        await AssertAccessibleAsync(page);
        await ConfirmAsync(page, "Make administrator");
        await SayAsync(page, "The account is an administrator now.");
        await SayAsync(page, "Accounts of administrators do not expire.");
        await AskAsync(page, "Make client");
        await ConfirmAsync(page, "Make client");
        await SayAsync(page, "The account is a client now.");
        Assert.Equal("C", (await App.AccountRowsAsync(owner))[0].GetString("Role"));
        foreach (var happened in new[] { "Account disabled", "Account enabled", "Expiration date changed", "Role changed" })
        {
            await page.Page.GetByText(happened).First.WaitForAsync();
        }

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "by an administrator" }).First.ClickAsync();
        await HeadingAsync(page, administrator);
    }

    [Fact]
    public async Task An_account_is_signed_out_and_its_ways_in_are_taken_away()
    {
        var authenticator = await App.EnrolAsync(owner);
        await using var page = await OpenAsync(owner);
        await AskAsync(page, "Sign out everywhere");
        await ConfirmAsync(page, "Sign out everywhere");
        await SayAsync(page, "Signed out everywhere.");
        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", authenticator.Access)).Status);

        await AskAsync(page, "Remove authenticator app");
        await ConfirmAsync(page, "Remove authenticator app");
        await SayAsync(page, "The authenticator app is removed.");
        Assert.Equal(0, await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove authenticator app" }).CountAsync());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(owner)).Status);

        await AskAsync(page, "Void password");
        await ConfirmAsync(page, "Void password");
        await SayAsync(page, "The password is void. The mail with the code is on its way.");
        Assert.Equal("invalid_credentials", (await App.LoginAsync(owner)).Message);
        await PressAsync(page, "Mail a code");
        await SayAsync(page, "The mail with the code is on its way.");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task An_account_is_deleted_only_after_a_question()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync(owner);
        await AskAsync(page, "Delete");
        await AssertAccessibleAsync(page);
        Assert.Equal("Cancel", await FocusedAsync(page, "textContent"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal("Delete", await FocusedAsync(page, "textContent"));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(owner)).Status);
        await AskAsync(page, "Delete");
        await ConfirmAsync(page, "Delete");
        await SayAsync(page, "Deletion requested.");
        Assert.Equal("deletion_pending", (await App.LoginAsync(owner)).Message);
        await page.Page.GetByText("Being deleted").WaitForAsync();

        await AskAsync(page, "Delete now");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Type the address of the account to go on", administrator));
        await ConfirmAsync(page, "Delete now");
        await SayAsync(page, "This is not valid.");
        await FillAsync(page, ("Type the address of the account to go on", owner));
        await ConfirmAsync(page, "Delete now");
        await HeadingAsync(page, "No such account");
        await SayAsync(page, "Deletion requested.");
        await AssertAccessibleAsync(page);
        Assert.Equal(0, await page.Page.GetByText(owner).CountAsync());
    }

    [Fact]
    public async Task Somebody_is_invited_once_and_names_are_no_markup()
    {
        const string Name = "<img src=x onerror=alert(1)>";
        await using var page = await OpenAsync();
        await FollowAsync(page, "Invite");
        await AssertAccessibleAsync(page);
        await FillAsync(page, ("Email address", owner), ("First name", Name), ("Last name", "Lovelace"));
        await page.Page.GetByLabel("Role").SelectOptionAsync("A");
        await SubmitAsync(page, "Invite", owner);
        await SayAsync(page, "Invited. The mail with the code is on its way.");
        await SayAsync(page, $"{Name} Lovelace");
        Assert.Equal("A", (await App.AccountRowsAsync(owner))[0].GetString("Role"));
        Assert.Equal(6, (await App.NextCodeAsync(owner)).Length);
        Assert.Empty(page.Faults);

        await FollowAsync(page, "Invite");
        await FillAsync(page, ("Email address", owner), ("First name", "Grace"));
        App.Time.Advance(TimeSpan.FromMinutes(11));
        await PressAsync(page, "Invite");
        await SayAsync(page, "This address already has an account.");
    }

    [Fact, OwnApp]
    public async Task The_last_administrator_stays()
    {
        await using var page = await OpenAsync(administrator);
        await PressAsync(page, "Disable");
        await SayAsync(page, "This is the last administrator. Make somebody else an administrator first.");
        foreach (var act in new[] { "Make client", "Delete" })
        {
            await AskAsync(page, act);
            await ConfirmAsync(page, act);
            await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "This is the last administrator." }))
                .ToBeVisibleAsync();
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        }

        Assert.Equal("A", (await App.AccountRowsAsync(administrator))[0].GetString("Role"));
        Assert.All(page.Faults, fault => Assert.Contains("409", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_act_on_what_has_changed_shows_the_new_state_instead()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync(owner);
        await App.SetRoleAsync(owner, "A");
        await PressAsync(page, "Disable");
        await SayAsync(page, "The account was changed elsewhere. This is its current state.");
        await AskAsync(page, "Make client");
        await App.SetRoleAsync(administrator, "C");
        await ConfirmAsync(page, "Make client");
        await HeadingAsync(page, "This page is not for you");

        var row = (await App.AccountRowsAsync(owner))[0];
        Assert.Equal((false, "A"), (row.GetBoolean("Disabled"), row.GetString("Role")));
    }

    [Fact]
    public async Task An_act_on_an_account_that_is_gone_says_so()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync(owner);
        var gone = await App.DeleteAsync($"admin/accounts/{await App.IdOfAsync(owner)}?now=true", await AccessAsync(page));
        Assert.Equal(HttpStatusCode.OK, gone.Status);
        await PressAsync(page, "Disable");
        await HeadingAsync(page, "No such account");
        await SayAsync(page, "This no longer exists.");
        await FollowAsync(page, "All accounts");
        await HeadingAsync(page, "Accounts");
    }

    [Fact]
    public async Task A_question_shows_why_its_act_was_refused_and_a_session_that_has_ended_leads_to_the_sign_in()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync(owner);
        await page.Page.RouteAsync("**/sign-out", route => route.FulfillAsync(new()
        {
            Status = 429,
            Headers = new Dictionary<string, string>
            {
                ["Retry-After"] = "61",
                ["Access-Control-Allow-Origin"] = "*",
                ["Access-Control-Expose-Headers"] = "Retry-After",
            },
            Body = """{"status":"error","code":429,"data":null,"message":"throttled"}""",
        }));
        await AskAsync(page, "Sign out everywhere");
        await ConfirmAsync(page, "Sign out everywhere");
        await SayAsync(page, "Too many attempts. Wait 61 seconds.");
        await page.Page.Keyboard.PressAsync("Escape");
        await App.PostAsync("logout", new { all = true }, await AccessAsync(page));
        await PressAsync(page, "Disable");
        await SayAsync(page, "You have been signed out.");
        await HeadingAsync(page, "Sign in");

        Assert.Equal(0, await page.Page.GetByText(owner).CountAsync());
    }

    [Fact]
    public async Task A_long_history_is_read_page_by_page()
    {
        await App.ActivateAsync(owner);
        for (var number = 0; number < 25; number++)
        {
            App.Time.Advance(TimeSpan.FromSeconds(1));
            await App.LoginAsync(owner);
        }

        await using var page = await OpenAsync(owner);
        Assert.Equal(0, await page.Page.GetByText("Account created").CountAsync());
        await PressAsync(page, "Show more");
        await page.Page.GetByText("Account created").WaitForAsync();

        Assert.False(await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).IsVisibleAsync());
        Assert.Equal("LI", await FocusedAsync(page, "tagName"));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task The_page_works_by_keyboard_alone()
    {
        await App.ActivateAsync(owner);
        await using var page = await OpenAsync();
        await page.TabToAsync("#field-username");
        await page.Page.Keyboard.TypeAsync(owner);
        await page.Page.Keyboard.PressAsync("Enter");
        await HeadingAsync(page, owner);
        await page.TabToAsync(".acts li:first-child button");
        await page.Page.Keyboard.PressAsync("Enter");
        await SayAsync(page, "Disabled.");
        await page.TabToAsync(".danger");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.Equal("Delete", await FocusedAsync(page, "textContent"));
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TabToAsync("dialog .danger");
        await page.Page.Keyboard.PressAsync("Space");
        await SayAsync(page, "Deletion requested.");
        Assert.Equal("H1", await FocusedAsync(page, "tagName"));

        Assert.Empty(page.Faults);
    }

    // Signed in already, with the account open or with the list.
    private async Task<BrowserPage> OpenAsync(string? username = null)
    {
        var access = await App.SignInAsAdministratorAsync(administrator);
        var page = await chromium.OpenAsync(App, $"{site}/admin");
        await page.Page.EvaluateAsync(
            "access => sessionStorage.setItem('accounts.tokens', JSON.stringify({ access, refresh: 'none' }))", access);
        await page.Page.GotoAsync($"{site}/admin#/accounts{(username is null ? "" : $"/{await App.IdOfAsync(username)}")}");
        await page.Page.ReloadAsync();
        await HeadingAsync(page, username ?? "Accounts");
        return page;
    }

    private static Task<string> FocusedAsync(BrowserPage page, string property) =>
        page.Page.EvaluateAsync<string>("property => document.activeElement[property]", property);

    private static Task<string> AccessAsync(BrowserPage page) =>
        page.Page.EvaluateAsync<string>("JSON.parse(sessionStorage['accounts.tokens']).access");

    private static Task HeadingAsync(BrowserPage page, string heading) =>
        page.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).WaitForAsync();

    private static async Task AskAsync(BrowserPage page, string act)
    {
        await PressAsync(page, act);
        await page.Page.GetByRole(AriaRole.Dialog, new() { Name = $"{act}?" }).WaitForAsync();
    }

    private static Task ConfirmAsync(BrowserPage page, string act) =>
        page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = act, Exact = true }).ClickAsync();
}
