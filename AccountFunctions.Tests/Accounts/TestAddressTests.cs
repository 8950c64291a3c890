using System.Net;
using AccountFunctions.Accounts;
using AccountFunctions.Functions;
using AccountFunctions.Security.Codes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Addresses with a fixed code and without mail, for the reviewers of app stores and the checks of a deployment.</summary>
[SharedApp]
public sealed class TestAddressTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Code = "123456";
    private const string Wrong = "654321";
    private const string NewPassword = "green bicycle 42";
    private const string Listed = "Review@Example.com=123456, other@example.com=777777,third@bücher.example=123456,a=b@example.com=123456";
    private static readonly (HttpStatusCode, string) Done = (HttpStatusCode.OK, "success");
    private static readonly (HttpStatusCode, string) Refused = (HttpStatusCode.BadRequest, "invalid_code");

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, new()
    {
        ["Accounts:TestAddresses"] = string.Join(',', Enumerable.Range(0, 20).Select(i => $"test{i}@example.com=123456").Prepend(Listed)),
        ["Accounts:SignInByCode"] = "true",
        ["Throttle:ResendCooldown"] = "00:00:00",
    });

    [Fact]
    public async Task An_account_lives_with_the_fixed_code_and_without_mail()
    {
        const string Address = "test1@example.com";
        Assert.Equal(Refused, await ActivateAsync(Address, Code));
        Assert.Equal(HttpStatusCode.Created, (await App.RegisterAsync("TEST1@Example.com")).Status);
        Assert.Equal(Refused, await ActivateAsync(Address, Wrong));
        Assert.Equal(Done, await ActivateAsync(Address, Code));

        Assert.Equal(Refused, await ForgotAsync(Address, Code));
        Assert.Equal(Done, Outcome(await App.PostAsync("code", new { username = Address })));
        Assert.Equal(Refused, await ForgotAsync(Address, Wrong));
        Assert.Equal(Done, await ForgotAsync(Address, Code));
        Assert.Equal(Refused, await ForgotAsync(Address, Code, "another bicycle 43"));

        Assert.Equal(Refused, Outcome(await App.PostAsync("login", new { username = Address, code = Code })));
        Assert.Equal(Done, Outcome(await App.PostAsync("login/code", new { username = Address })));
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("login", new { username = Address, code = Code })).Status);
        Assert.Equal(Refused, Outcome(await App.PostAsync("login", new { username = Address, code = Code })));

        var access = (await App.LoginAsync(Address, NewPassword)).Data.GetProperty("access").GetString();
        var deleted = await App.PostAsync("delete", new { password = NewPassword }, access);
        Assert.Equal(HttpStatusCode.OK, deleted.Status);
        await App.DrainAsync();
        Assert.Empty(await App.MailsAsync(Address));
        Assert.Empty(await App.MailsAsync("TEST1@example.com"));
        Assert.Contains("dropped: a test address gets no mail", App.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_codes_count_and_void_the_code_as_usual()
    {
        const string Address = "test2@example.com";
        await App.RegisterAsync(Address);
        for (var tries = 0; tries < 5; tries++)
        {
            Assert.Equal(Refused, await ActivateAsync(Address, Wrong));
        }

        Assert.Equal(Refused, await ActivateAsync(Address, Code));
        Assert.Equal(Done, Outcome(await App.PostAsync("code", new { username = Address })));
        Assert.Equal(Done, await ActivateAsync(Address, Code));
    }

    [Fact]
    public async Task The_code_expires_and_the_caps_hold_as_usual()
    {
        const string Address = "test3@example.com";
        await App.RegisterAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Refused, await ActivateAsync(Address, Code));
        await App.RegisterAsync(Address);
        Assert.Equal(Done, await ActivateAsync(Address, Code));
        await App.PostAsync("code", new { username = Address });
        App.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Refused, await ForgotAsync(Address, Code));

        App.Time.Advance(TimeSpan.FromDays(2));
        var statuses = await CodesAsync(Address);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(await CodesAsync(NewAddress()), statuses);
    }

    [Fact]
    public async Task Another_address_has_its_own_random_code_and_its_mail()
    {
        var address = NewAddress();
        await App.RegisterAsync(address);
        var code = await App.NextCodeAsync(address);
        var codes = App.Services.GetRequiredService<VerificationCodes>();
        var rows = await App.AddressRowsAsync(address);
        var pending = Assert.Single(rows, row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));

        Assert.Equal(code, codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.GetString("Nonce")));
        Assert.True(code != Code);
        Assert.Equal(Refused, await ActivateAsync(address, Code));
        Assert.Equal(Done, await ActivateAsync(address, code));
    }

    [Fact]
    public async Task A_change_of_address_has_the_code_of_the_new_address_and_the_other_address_its_mails()
    {
        var (address, next) = (NewAddress(), NewAddress());
        var access = (await App.SignInAsync(address)).GetProperty("access").GetString();
        await App.PostAsync("email", new { password = TestApp.Password, username = "test4@example.com" }, access);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("email/confirm", new { code = Code }, access)).Status);
        var notices = await App.WaitForMailsAsync(address, 2);
        Assert.Contains(notices, mail => mail.Subject.Contains("address", StringComparison.OrdinalIgnoreCase));

        App.Time.Advance(TimeSpan.FromHours(73));
        access = (await App.LoginAsync("test4@example.com")).Data.GetProperty("access").GetString();
        await App.PostAsync("email", new { password = TestApp.Password, username = next }, access);
        Assert.Equal(Refused, Outcome(await App.PostAsync("email/confirm", new { code = Code }, access)));
        var code = await App.NextCodeAsync(next);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("email/confirm", new { code }, access)).Status);
        await App.DrainAsync();
        Assert.Empty(await App.MailsAsync("test4@example.com"));
    }

    [Fact]
    public async Task A_test_address_is_no_administrator_whoever_makes_it_one()
    {
        const string Address = "test5@example.com";
        await App.RegisterAsync(Address);
        await ActivateAsync(Address, Code);
        var authenticator = await App.EnrolAsync((await App.LoginAsync(Address)).Data);
        var before = await App.PostAsync(
            "login", new { username = Address, password = TestApp.Password, otp = authenticator.RecoveryCodes[0] });
        await App.SetRoleAsync(Address, "A");
        var refused = await App.GetAsync("admin/accounts", before.Data.GetProperty("access").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (refused.Status, refused.Message));

        var after = await App.PostAsync(
            "login", new { username = Address, password = TestApp.Password, otp = authenticator.RecoveryCodes[1] });
        Assert.Equal("C", after.Data.GetProperty("role").GetString());
        Assert.Equal("C", (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account").GetString("Role"));
    }

    [Fact]
    public async Task An_administrator_who_moves_to_a_test_address_is_none_at_the_next_sign_in()
    {
        const string Address = "test6@example.com";
        var admin = NewAddress();
        var access = (await App.SignInAsync(admin)).GetProperty("access").GetString();
        await App.PostAsync("email", new { password = TestApp.Password, username = Address }, access);
        await App.PostAsync("email/confirm", new { code = Code }, access);
        await App.SetRoleAsync(Address, "A");

        Assert.Equal("C", (await App.LoginAsync(Address)).Data.GetProperty("role").GetString());
    }

    [Fact]
    public async Task The_log_names_the_addresses_and_no_code()
    {
        await App.WaitForLogAsync("Accounts__TestAddresses gives review@example.com, other@example.com, third@xn--bcher-kva.example, a=b@");
        var line = Assert.Single(App.Logs.Text.Split('\n'), text => text.Contains("Accounts__TestAddresses", StringComparison.Ordinal));

        Assert.StartsWith("Warning ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Code, App.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("777777", App.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Production_refuses_them_unless_the_operator_allows_them()
    {
        Assert.StartsWith(
            "Accounts__TestAddresses: is refused in Production unless Accounts__AllowTestAddresses is true",
            FaultOf("Production", ("TestAddresses", "review@example.com=123456")),
            StringComparison.Ordinal);
        Assert.Null(FaultOf("Production", ("TestAddresses", "review@example.com=123456"), ("AllowTestAddresses", "true")));
        Assert.Null(FaultOf("Production"));
        Assert.Null(FaultOf("Development", ("TestAddresses", Listed)));
    }

    [Theory]
    [InlineData("Review@EXAMPLE.com")]
    [InlineData("boss@example.com, review@example.com")]
    public void An_address_that_makes_an_administrator_is_no_test_address(string administrators) => Assert.StartsWith(
        "Accounts__TestAddresses: has an address that is in Accounts__Administrators, too",
        FaultOf("Development", ("TestAddresses", "review@example.com=123456"), ("Administrators", administrators)),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("review@example.com")]
    [InlineData("review@example.com=")]
    [InlineData("review@example.com=12345x")]
    [InlineData("review@example.com=١٢٣٤٥٦")]
    [InlineData("review=123456")]
    [InlineData("=123456")]
    [InlineData("review@example.com=123456,")]
    [InlineData("review@example.com=123456;other@example.com=123456")]
    [InlineData("review@example.com=123456,REVIEW@example.com=654321")]
    [InlineData(" ")]
    public void What_is_no_list_of_addresses_and_codes_refuses_the_start(string text)
    {
        var fault = FaultOf("Development", ("TestAddresses", text));

        Assert.StartsWith("Accounts__TestAddresses: must be address=code", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("123456", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("review@example.com=12345")]
    [InlineData("review@example.com=1234567")]
    public void A_code_has_the_digits_of_any_other(string text) => Assert.Equal(
        "Accounts__TestAddresses: every code must have as many digits as Codes__Digits says",
        FaultOf("Development", ("TestAddresses", text)));

    private async Task<(HttpStatusCode, string)> ActivateAsync(string username, string code) =>
        Outcome(await App.PostAsync("activate", new { username, code }));

    private async Task<(HttpStatusCode, string)> ForgotAsync(string username, string code, string password = NewPassword) =>
        Outcome(await App.PostAsync("forgot", new { username, code, new_password = password }));

    private async Task<List<HttpStatusCode>> CodesAsync(string username)
    {
        List<HttpStatusCode> statuses = [];
        for (var requests = 0; requests < 12; requests++)
        {
            statuses.Add((await App.PostAsync("code", new { username })).Status);
        }

        return statuses;
    }

    private static (HttpStatusCode, string) Outcome(Answer answer) =>
        (answer.Status, answer.Message ?? answer.Data.GetString() ?? "");

    /// <summary>Why the start is refused; null: it is not.</summary>
    private static string? FaultOf(string environment, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => $"Accounts:{setting.Name}", setting => (string?)setting.Value);
        all["Codes:Key"] = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build())
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = environment })
            .AddLogging().AddAccountFunctions();
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<AccountOptions>>().Value;
            return null;
        }
        catch (OptionsValidationException e)
        {
            return Assert.Single(e.Failures);
        }
    }
}
