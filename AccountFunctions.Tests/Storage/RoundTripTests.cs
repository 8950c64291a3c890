using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using AccountFunctions.Tests.Identities;
using Azure.Core.Diagnostics;

namespace AccountFunctions.Tests.Storage;

/// <summary>
/// How many requests each operation makes to storage: those that the design allows, and the same ones for known and unknown addresses.
/// </summary>
[SharedApp]
public sealed class RoundTripTests(AzuriteFixture azurite) : AppTests(azurite), IClassFixture<Issuers>
{
    private string Address { get; } = NewAddress();

    protected override Task<TestApp> StartAsync(string storage) =>
        TestApp.StartAsync(storage, new(Issuers.Current.Settings()) { ["Accounts:SignInByCode"] = "true" });

    [Fact]
    public async Task Register_reads_once_enqueues_once_and_commits_once()
    {
        await WarmUpAsync();

        Assert.Equal(["GET Addresses", "POST email-jobs", "POST $batch"], await CountAsync(() => App.RegisterAsync(Address)));
    }

    [Fact]
    public async Task Activate_reads_once_and_writes_three_times()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);

        Assert.Equal(
            ["GET Addresses", "PUT Directory", "POST $batch", "POST $batch"],
            await CountAsync(() => App.PostAsync("activate", new { username = Address, code })));
    }

    [Fact]
    public async Task Login_reads_twice_and_the_sessions_beside_the_hash_and_writes_once()
    {
        await App.ActivateAsync(Address);
        await WarmUpAsync();

        Assert.Equal(["GET Addresses", "GET Accounts", "GET Accounts", "POST $batch"], await CountAsync(() => App.LoginAsync(Address)));
    }

    [Fact]
    public async Task Refresh_reads_two_rows_beside_each_other_and_writes_once()
    {
        var refresh = (await App.SignInAsync(Address)).GetProperty("refresh").GetString();
        await WarmUpAsync();

        Assert.Equal(["GET Accounts", "GET Accounts", "PUT Accounts"], await CountAsync(() => App.PostAsync("refresh", new { refresh })));
    }

    [Fact]
    public async Task Code_reads_once_enqueues_once_and_commits_once()
    {
        await WarmUpAsync();

        Assert.Equal(
            ["GET Addresses", "POST email-jobs", "POST $batch"], await CountAsync(() => App.PostAsync("code", new { username = Address })));
    }

    [Fact]
    public async Task Code_of_a_device_reads_account_and_device_too_and_so_does_a_made_up_one()
    {
        string[] calls = ["GET Addresses", "GET Accounts", "GET Accounts", "POST email-jobs", "POST $batch"];
        var device = (await App.SignInAsync(Address)).GetProperty("device").GetString();
        await WarmUpAsync();

        Assert.Equal(calls, await CountAsync(() => App.PostAsync("code", new { username = Address, device })));
        Assert.Equal(calls, await CountAsync(() => App.PostAsync("code", new { username = NewAddress(), device })));
    }

    [Fact]
    public async Task Details_read_once()
    {
        var token = (await App.SignInAsync(Address)).GetProperty("access").GetString();

        Assert.Equal(["GET Accounts"], await CountAsync(() => App.GetAsync("details", token)));
    }

    [Theory]
    [InlineData("POST details", "GET Accounts, POST $batch")]
    [InlineData(
        "POST password",
        "GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts, GET Accounts, POST email-jobs, "
            + "POST $batch")]
    [InlineData(
        "POST email",
        "GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Addresses, GET Accounts, POST housekeeping-jobs, "
            + "POST email-jobs, POST $batch")]
    [InlineData(
        "POST email/confirm",
        "GET Accounts, GET Accounts, POST housekeeping-jobs, PUT Accounts, GET Accounts, GET Accounts, "
            + "GET Addresses, GET Addresses, POST housekeeping-jobs, POST $batch, GET Accounts, GET Accounts, "
            + "POST email-jobs, POST housekeeping-jobs, POST $batch")]
    [InlineData(
        "POST delete",
        "GET Accounts, GET Accounts, GET Addresses, GET Accounts, POST email-jobs, PATCH Deletions, "
            + "POST housekeeping-jobs, POST $batch")]
    [InlineData("POST logout", "GET Accounts, POST $batch")]
    [InlineData("POST logout all", "GET Accounts, POST $batch")]
    [InlineData("DELETE sessions", "GET Accounts, POST $batch")]
    public async Task What_a_caller_asks_for_makes_these_requests(string operation, string requests)
    {
        var login = await App.SignInAsync(Address);
        var token = login.GetProperty("access").GetString();
        var other = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString()!;
        var id = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(other).GetClaim("sid").Value;
        var (wanted, code) = (NewAddress(), "");
        if (operation == "POST email/confirm")
        {
            await App.PostAsync("email", new { password = TestApp.Password, username = wanted }, token);
            code = await App.NextCodeAsync(wanted);
        }

        // The first of them reserves a block of requests for the owners in its network.
        await App.PostAsync("email/confirm", new { }, token);
        Same(requests, string.Join(", ", await CountAsync(() => operation switch
        {
            "POST logout all" => App.PostAsync("logout", new { all = true }, token),
            "DELETE sessions" => App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/sessions/{id}"), token),
            _ => App.PostAsync(
                operation.Split(' ')[1],
                new { password = TestApp.Password, new_password = "green tractor 78", username = wanted, job = "analyst", code },
                token),
        })));
    }

    [Theory]
    [InlineData(
        "totp/recovery-codes",
        "GET Accounts, GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts, PUT Accounts, GET Accounts, POST email-jobs, "
            + "POST $batch")]
    [InlineData("login", "GET Addresses, GET Accounts, GET Accounts, GET Accounts, PUT Accounts, POST $batch")]
    public async Task With_an_authenticator_app_these_requests_are_made(string operation, string requests)
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(15));
        var body = new { username = Address, password = TestApp.Password, otp = authenticator.Code };
        var access = (await App.PostAsync("login", body)).Data.GetProperty("access").GetString();
        App.Time.Advance(TimeSpan.FromSeconds(30));
        await WarmUpAsync();
        await App.PostAsync("email/confirm", new { }, access);

        Same(requests, string.Join(", ", await CountAsync(() => App.PostAsync(operation, body with { otp = authenticator.Code }, access))));
    }

    [Theory]
    [InlineData(
        "totp", "GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts, POST Accounts")]
    [InlineData("totp/confirm", "GET Accounts, GET Accounts, POST email-jobs, POST $batch")]
    [InlineData("totp/remove", "GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts")]
    public async Task Setting_up_an_authenticator_app_makes_these_requests(string operation, string requests)
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        var code = "000000";
        if (operation is "totp/confirm")
        {
            var secret = (await App.PostAsync("totp", new { password = TestApp.Password }, access)).Data.GetProperty("secret").GetString()!;
            code = Authenticator.CodeOf(secret, App.Time.GetUtcNow());
        }

        await App.PostAsync("email/confirm", new { }, access);
        Same(requests, string.Join(", ", await CountAsync(
            () => App.PostAsync(operation, new { password = TestApp.Password, code }, access))));
    }

    [Theory]
    [InlineData("login/passkey/options", "")]
    [InlineData(
        "login/passkey",
        "GET Accounts, GET Accounts, GET Accounts, GET Addresses, POST housekeeping-jobs, POST Tickets, PUT Accounts, "
            + "POST $batch")]
    [InlineData("passkeys/options", "GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts")]
    [InlineData("passkeys/confirmation", "GET Accounts, GET Accounts")]
    [InlineData("passkeys", "GET Accounts, GET Accounts, POST housekeeping-jobs, POST Tickets, GET Accounts, POST email-jobs, POST $batch")]
    [InlineData("passkeys/{id}", "GET Accounts, GET Accounts, POST $batch")]
    [InlineData("DELETE passkeys/{id}", "GET Accounts, GET Accounts, POST email-jobs, POST $batch")]
    public async Task Passkeys_make_these_requests(string operation, string requests)
    {
        var authenticator = new SoftAuthenticator();
        var token = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var id = (await App.GetAsync("passkeys", token)).Data[0].GetProperty("id").GetString();
        var (asked, signInState) = await App.BeginAsync("login/passkey/options", null);
        var signIn = new { state = signInState, credential = authenticator.Get(asked) };
        var (options, state) = await App.BeginAsync("passkeys/options", token);
        var made = new { state, credential = authenticator.Create(options) };
        var path = operation.Split(' ')[^1].Replace("{id}", id, StringComparison.Ordinal);
        await WarmUpAsync();

        Same(requests, string.Join(", ", await CountAsync(() => operation switch
        {
            "login/passkey" => App.PostAsync(path, signIn),
            "passkeys" => App.PostAsync(path, made, token),
            "DELETE passkeys/{id}" => App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/{path}"), token),
            _ => App.PostAsync(path, new { password = TestApp.Password, name = "phone" }, token),
        })));
    }

    [Fact]
    public async Task A_passkey_of_nobody_costs_the_reads_of_a_wrong_one()
    {
        var authenticator = new SoftAuthenticator();
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        await WarmUpAsync();
        authenticator.IsVerified = false;
        var wrong = await CountAsync(() => App.LoginWithPasskeyAsync(authenticator));
        authenticator.UserHandle = new byte[16];

        Assert.Equal(["GET Accounts", "GET Accounts"], wrong);
        Assert.Equal(wrong, await CountAsync(() => App.LoginWithPasskeyAsync(authenticator)));
    }

    [Fact]
    public async Task Restore_makes_these_requests()
    {
        var token = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        await App.PostAsync("delete", new { password = TestApp.Password }, token);

        Same("GET Addresses, GET Accounts, GET Accounts, POST email-jobs, POST $batch, POST $batch", string.Join(", ", await CountAsync(
            () => App.PostAsync("restore", new { username = Address, password = TestApp.Password }))));
    }

    [Fact]
    public async Task Forgot_makes_these_requests()
    {
        await App.ActivateAsync(Address);
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 2);

        const string requests = "GET Addresses, GET Accounts, POST $batch, GET Accounts, GET Accounts, GET Accounts, POST email-jobs, "
            + "POST $batch";
        Same(requests, string.Join(", ", await CountAsync(
            () => App.PostAsync("forgot", new { username = Address, code, new_password = "green tractor 78" }))));
    }

    [Fact]
    public async Task Identities_make_these_requests()
    {
        var acme = Issuers.Current.Acme;
        string Token(string subject) => acme.Token(App.Time.GetUtcNow(), subject, Address);
        Task<Answer> SignInAsync(string subject) => App.PostAsync("login/external", new { provider = "acme", id_token = Token(subject) });
        await WarmUpAsync();
        var first = Address + " first";
        Same(
            "GET Addresses, GET Addresses, POST housekeeping-jobs, POST housekeeping-jobs, PUT Directory, POST $batch, POST $batch, "
                + "GET Accounts, GET Accounts, GET Accounts, GET Accounts, GET Addresses, GET Addresses, POST $batch, GET Accounts, "
                + "GET Accounts, "
                + "POST email-jobs, POST $batch, GET Accounts, GET Addresses, POST $batch",
            string.Join(", ", await CountAsync(() => SignInAsync(first))));
        Same(
            "GET Addresses, GET Accounts, GET Accounts, GET Accounts, GET Addresses, POST $batch",
            string.Join(", ", await CountAsync(() => SignInAsync(first))));
        var access = (await SignInAsync(first)).Data.GetProperty("access").GetString()!;
        var request = new
        {
            provider = "google",
            id_token = Issuers.Current.Google.Token(App.Time.GetUtcNow(), first, Address),
            confirm_provider = "acme",
            confirm_id_token = Token(first),
        };
        await App.PostAsync("email/confirm", new { }, access);
        Same(
            "GET Accounts, GET Accounts, GET Accounts, GET Accounts, GET Addresses, GET Accounts, GET Accounts, POST housekeeping-jobs, "
                + "POST Accounts, GET Accounts, GET Accounts, GET Addresses, GET Addresses, POST $batch, GET Accounts, GET Accounts, "
                + "POST email-jobs, POST $batch",
            string.Join(", ", await CountAsync(() => App.PostAsync("identities", request, access))));
        const string unlinking = "GET Accounts, GET Accounts, POST email-jobs, POST housekeeping-jobs, POST $batch, GET Addresses, "
            + "GET Accounts, GET Accounts, GET Accounts, POST $batch";
        Same(unlinking, string.Join(", ", await CountAsync(
            () => App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/account/identities/google"), access))));
    }

    [Theory, Holds("A2", "S6")]
    [InlineData("register")]
    [InlineData("code")]
    [InlineData("login")]
    [InlineData("activate")]
    [InlineData("forgot")]
    [InlineData("login/code")]
    [InlineData("login", true)]
    public async Task Known_and_unknown_addresses_cost_the_same_requests_in_the_same_order(string operation, bool isByCode = false)
    {
        await App.ActivateAsync(Address);
        await WarmUpAsync();
        Task<Answer> Ask(string username) => App.PostAsync(operation, isByCode ? (object)new { username, code = "000000" } : new
        {
            username,
            password = "a wrong password",
            password1 = TestApp.Password,
            password2 = TestApp.Password,
            code = "000000",
            new_password = "green tractor 78",
        });

        Assert.Equal(await CountAsync(() => Ask(NewAddress())), await CountAsync(() => Ask(Address)));
    }

    private static void Same(string expected, string actual) => Assert.True(
        expected == actual, $"The requests of this operation changed. If that is right, say so here and in docs/performance.md: {actual}");

    // The network's block of requests for the minute is reserved.
    private Task<Answer> WarmUpAsync() => App.PostAsync("activate", new { });

    // Only what happens under the trace of the call is the operation's: the queue listener and the mail that follows have their own.
    private static async Task<List<string>> CountAsync(Func<Task<Answer>> operation)
    {
        using var activity = new Activity("operation").Start();
        var requests = new ConcurrentQueue<string>();
        using (var listener = new AzureEventSourceListener(
            (arguments, _) =>
            {
                if (arguments is { EventName: "Request", Payload: { } payload } && Activity.Current?.TraceId == activity.TraceId)
                {
                    requests.Enqueue($"{payload[1]} {new Uri((string)payload[2]!).AbsolutePath.Split('/')[2].Split('(')[0]}");
                }
            },
            EventLevel.Informational))
        {
            await operation();
        }

        return [.. requests];
    }
}
