using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AccountFunctions.Security.Identities;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace AccountFunctions.Tests.Identities;

/// <summary>The sign-in of browsers at a provider, from the app's side.</summary>
public sealed class RedirectFlowTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Return = "https://app.example.com/signed-in";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Callback = "http://localhost:7071/api/account/login/external/acme/callback";
    private static readonly string Challenge = AuthorizationFlow.ChallengeOf(Verifier);
    private readonly List<IFormCollection> exchanges = [];
    private FakeIssuer issuer = null!;

    // What the provider puts into the tokens that it hands out for a code.
    private Action<JsonObject> change = _ => { };

    private string Address { get; } = NewAddress();

    protected override async Task<TestApp> StartAsync(string storage)
    {
        issuer = await FakeIssuer.StartAsync("acme");
        issuer.Exchange = (form, _) =>
        {
            exchanges.Add(form);
            var token = issuer.Token(App.Time.GetUtcNow(), "subject", Address, claims =>
            {
                (claims["aud"], claims["nonce"]) = ("web", form["code"].ToString());
                change(claims);
            });
            return new JsonObject { ["access_token"] = "x", ["token_type"] = "Bearer", ["id_token"] = token };
        };
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await TestApp.StartAsync(storage, new(issuer.Settings())
        {
            ["Providers:acme:ClientId"] = "web",
            ["Providers:acme:ClientSecret"] = "s3cret&=",
            ["Providers:apple:Issuer"] = issuer.Issuer,
            ["Providers:apple:ClientId"] = "web",
            ["Providers:apple:TeamId"] = "team",
            ["Providers:apple:KeyId"] = "key-1",
            ["Providers:apple:PrivateKey"] = key.ExportPkcs8PrivateKeyPem(),
            ["Providers:native:Issuer"] = issuer.Issuer,
            ["Providers:native:ClientId"] = "native",
            ["Providers:ReturnUrls"] = $"{Return}, https://app.example.com/in?x=1",
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await issuer.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact, Holds("J13")]
    public async Task A_browser_goes_to_the_provider_and_comes_back_with_a_code_that_signs_in_once()
    {
        var begun = await BeginAsync();
        Assert.Equal(HttpStatusCode.Redirect, begun.Answer.Status);
        Assert.StartsWith($"{issuer.Issuer}/authorize?", begun.Location, StringComparison.Ordinal);
        Assert.Equal(
            ("code", "web", Callback, "openid email profile", "S256"),
            (begun.Of("response_type"), begun.Of("client_id"), begun.Of("redirect_uri"), begun.Of("scope"),
                begun.Of("code_challenge_method")));
        Assert.All([begun.Of("state"), begun.Of("nonce"), begun.Of("code_challenge")], secret => Assert.Equal(43, secret.Length));
        Assert.NotEqual(Challenge, begun.Of("code_challenge"));
        Assert.Matches(
            "^__Host-external-[0-9a-f]{16}=[A-Za-z0-9+/=]+; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax$",
            begun.Answer.Headers["Set-Cookie"]);
        Assert.DoesNotContain(begun.Of("state"), begun.Answer.Headers["Set-Cookie"], StringComparison.Ordinal);
        var ended = await CompleteAsync(begun);
        Assert.Equal(HttpStatusCode.Redirect, ended.Status);
        Assert.StartsWith($"{Return}?login_code=", ended.Headers["Location"], StringComparison.Ordinal);
        Assert.Matches("^__Host-external-[0-9a-f]{16}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax$", ended.Headers["Set-Cookie"]);
        Assert.Equal("no-referrer", ended.Headers["Referrer-Policy"]);
        var form = Assert.Single(exchanges);
        Assert.Equal(
            ("authorization_code", Callback, begun.Of("code_challenge")),
            (form["grant_type"].ToString(), form["redirect_uri"].ToString(), AuthorizationFlow.ChallengeOf(form["code_verifier"]!)));

        var code = CodeIn(ended);
        var login = await RedeemAsync(code);
        Assert.Equal((HttpStatusCode.OK, Address), (login.Status, login.Data.GetProperty("user").GetProperty("username").GetString()));
        Assert.Equal(["fed"], Authenticator.MethodsOf(login.Data));
        Assert.Equal("invalid_code", (await RedeemAsync(code)).Message);
        Assert.DoesNotContain(code, string.Join('\n', (await App.RowsAsync("Tickets")).Select(row => row.PartitionKey)));
        Assert.DoesNotContain(Address, App.Logs.Text, StringComparison.Ordinal);
    }

    [Theory, Holds("J13")]
    [InlineData("acme", false, "web s3cret&=")]
    [InlineData("acme", true, "web:s3cret%26%3D")]
    public async Task The_secret_goes_where_the_provider_wants_it(string provider, bool asHeader, string sent)
    {
        string? header = null;
        var exchange = issuer.Exchange!;
        issuer.Exchange = (form, context) =>
        {
            header = context.Request.Headers.Authorization;
            return exchange(form, context);
        };
        issuer.Metadata["token_endpoint_auth_methods_supported"] =
            new JsonArray(asHeader ? "client_secret_basic" : "client_secret_post");
        Assert.NotEmpty(CodeIn(await CompleteAsync(await BeginAsync(provider))));

        var form = Assert.Single(exchanges);
        Assert.Equal(
            sent,
            header is null
                ? $"{form["client_id"]} {form["client_secret"]}"
                : Encoding.UTF8.GetString(Convert.FromBase64String(AuthenticationHeaderValue.Parse(header).Parameter!)));
        Assert.Equal(asHeader, !form.ContainsKey("client_secret"));
    }

    [Fact, Holds("J13")]
    public async Task Apple_answers_by_a_form_and_takes_a_secret_that_is_signed_for_the_moment()
    {
        var begun = await BeginAsync("apple");
        Assert.Equal(("form_post", "openid email name"), (begun.Of("response_mode"), begun.Of("scope")));
        Assert.EndsWith("; SameSite=None", begun.Answer.Headers["Set-Cookie"], StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login/external/apple/callback")
        {
            Content = new FormUrlEncodedContent([new("state", begun.Of("state")), new("code", begun.Of("nonce"))]),
            Headers = { { "Cookie", begun.Cookie } },
        };
        Assert.Equal(HttpStatusCode.OK, (await RedeemAsync(CodeIn(await App.SendAsync(request)))).Status);

        var secret = new JsonWebToken(exchanges[0]["client_secret"].ToString());
        Assert.Equal(
            ("ES256", "key-1", "team", "web", issuer.Issuer),
            (secret.Alg, secret.Kid, secret.Issuer, secret.Subject, secret.Audiences.Single()));
        Assert.Equal(TimeSpan.FromMinutes(5), secret.ValidTo - secret.IssuedAt);
    }

    [Theory, Holds("J13")]
    [InlineData("https://app.example.com/signed-in/")]
    [InlineData("https://app.example.com/signed-in/more")]
    [InlineData("https://app.example.com/signed-in?x")]
    [InlineData("https://app.example.com/signed-in#x")]
    [InlineData("https://app.example.com/Signed-in")]
    [InlineData("https://APP.example.com/signed-in")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com.evil.example/signed-in")]
    [InlineData("https://app.example.com@evil.example/signed-in")]
    [InlineData("https://evil.example/signed-in")]
    [InlineData("//app.example.com/signed-in")]
    [InlineData("http://app.example.com/signed-in")]
    [InlineData("https://app.example.com:8443/signed-in")]
    [InlineData("https://app.example.com/x/../signed-in")]
    [InlineData("https://app.example.com/signed-in, https://app.example.com/in?x=1")]
    [InlineData(" https://app.example.com/signed-in")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task Only_the_exact_return_URL_is_taken(string url) =>
        Assert.Equal("return_url: invalid", (await BeginAsync(returnUrl: url)).Answer.Message);

    [Theory, Holds("J13")]
    [InlineData("unknown", HttpStatusCode.NotFound, "not_found")]
    [InlineData("native", HttpStatusCode.NotFound, "not_found")]
    [InlineData("acme", HttpStatusCode.BadRequest, "code_challenge: invalid", "short")]
    [InlineData("acme", HttpStatusCode.BadRequest, "code_challenge: invalid", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=")]
    public async Task What_cannot_begin_is_refused(string provider, HttpStatusCode status, string message, string? challenge = null)
    {
        var begun = await BeginAsync(provider, challenge: challenge);

        Assert.Equal((status, message), (begun.Answer.Status, begun.Answer.Message));
    }

    [Fact]
    public async Task What_is_missing_is_named() => Assert.Equal(
        "return_url: required\ncode_challenge: required", (await App.GetAsync("login/external/acme")).Message);

    [Theory, Holds("J13")]
    [InlineData("no cookie")]
    [InlineData("another state")]
    [InlineData("no state")]
    [InlineData("two states")]
    [InlineData("cookie of another sign-in under this name")]
    [InlineData("changed cookie")]
    [InlineData("cookie of no seal")]
    [InlineData("another provider")]
    [InlineData("unknown provider")]
    [InlineData("late")]
    public async Task A_state_that_this_browser_has_not_begun_gets_a_bare_page_and_no_exchange(string fault)
    {
        var (begun, other) = (await BeginAsync(), await BeginAsync());
        var (name, value) = (begun.Cookie.Split('=')[0], begun.Cookie[(begun.Cookie.IndexOf('=') + 1)..]);
        if (fault is "late")
        {
            App.Time.Advance(TimeSpan.FromMinutes(10));
        }

        var answer = await CompleteAsync(
            begun,
            provider: fault switch { "another provider" => "apple", "unknown provider" => "unknown", _ => "acme" },
            cookie: fault switch
            {
                "no cookie" => null,
                "cookie of another sign-in under this name" => $"{name}={other.Cookie[(other.Cookie.IndexOf('=') + 1)..]}",
                "changed cookie" => $"{name}={(value[0] == 'A' ? 'B' : 'A')}{value[1..]}",
                "cookie of no seal" => $"{name}=%%%",
                _ => begun.Cookie,
            },
            state: fault switch
            {
                "another state" => other.Of("state"),
                "no state" => null,
                "two states" => $"{begun.Of("state")}&state={begun.Of("state")}",
                _ => begun.Of("state"),
            });

        Assert.Equal((HttpStatusCode.BadRequest, "text/plain; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal("default-src 'none'; base-uri 'none'; frame-ancestors 'none'", answer.Headers["Content-Security-Policy"]);
        Assert.Equal(("no-store", "nosniff"), (answer.Headers["Cache-Control"], answer.Headers["X-Content-Type-Options"]));
        Assert.DoesNotContain(begun.Of("state"), answer.Text, StringComparison.Ordinal);
        Assert.Empty(exchanges);
    }

    [Fact, Holds("J13")]
    public async Task Two_tabs_sign_in_at_once()
    {
        var (first, second) = (await BeginAsync(), await BeginAsync(returnUrl: "https://app.example.com/in?x=1"));
        var both = $"{first.Cookie}; other=1; {second.Cookie}";

        Assert.StartsWith(
            "https://app.example.com/in?x=1&login_code=",
            (await CompleteAsync(second, cookie: both)).Headers["Location"],
            StringComparison.Ordinal);
        Assert.NotEmpty(CodeIn(await CompleteAsync(first, cookie: both)));
    }

    [Theory, Holds("J13")]
    [InlineData("error=access_denied", "access_denied")]
    [InlineData("error=user_cancelled_authorize", "access_denied")]
    [InlineData("error=server_error", "unavailable")]
    [InlineData("error=%3Cscript%3E", "unavailable")]
    [InlineData("", "unavailable")]
    [InlineData("code=", "unavailable")]
    [InlineData("code=another", "invalid_id_token")]
    public async Task What_the_provider_refuses_goes_to_the_client_as_a_word_of_the_catalogue(string query, string error)
    {
        var begun = await BeginAsync();
        var answer = await CompleteAsync(begun, query: query);

        Assert.Equal($"{Return}?error={error}", answer.Headers["Location"]);
        Assert.StartsWith(begun.Cookie.Split('=')[0] + "=; Max-Age=0;", answer.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact, Holds("J13")]
    public async Task The_code_of_another_issuer_is_sent_nowhere()
    {
        var begun = await BeginAsync();
        var answer = await CompleteAsync(begun, query: $"code={begun.Of("nonce")}&iss=https%3A%2F%2Fevil.example");

        Assert.Equal($"{Return}?error=invalid_id_token", answer.Headers["Location"]);
        Assert.Empty(exchanges);
    }

    [Theory, Holds("J11", "J13")]
    [InlineData("nonce")]
    [InlineData("aud")]
    [InlineData("iss")]
    [InlineData("exp")]
    public async Task The_token_of_an_exchange_is_checked_like_any_other(string claim)
    {
        change = claims => claims[claim] = claim is "exp" ? 1 : "x";

        Assert.EndsWith("?error=invalid_id_token", (await CompleteAsync(await BeginAsync())).Headers["Location"], StringComparison.Ordinal);
    }

    [Fact, Holds("J13")]
    public async Task An_address_that_is_in_no_token_comes_from_the_user_info()
    {
        change = claims => Array.ForEach(["email", "email_verified", "given_name"], claim => claims.Remove(claim));
        string? authorization = null;
        issuer.UserInfo = context =>
        {
            authorization = context.Request.Headers.Authorization;
            return context.Response.WriteAsJsonAsync(UserInfo());
        };
        var login = await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())));

        Assert.Equal("Bearer x", authorization);
        Assert.Equal(Address, login.Data.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("Lovelace", login.Data.GetProperty("user").GetProperty("last_name").GetString());
    }

    [Theory, Holds("J13")]
    [InlineData("unverified", "email_not_verified")]
    [InlineData("verified as text", "email_not_verified")]
    [InlineData("no address", "email_not_verified")]
    [InlineData("an address in two members", "email_not_verified")]
    [InlineData("a signed answer", "email_not_verified")]
    [InlineData("too much", "email_not_verified")]
    [InlineData("500", "email_not_verified")]
    [InlineData("a redirect", "email_not_verified")]
    [InlineData("an endpoint without TLS", "email_not_verified")]
    [InlineData("no endpoint", "email_not_verified")]
    [InlineData("another user", "invalid_id_token")]
    [InlineData("no user", "invalid_id_token")]
    public async Task What_the_user_info_does_not_say_makes_no_account(string fault, string refusal)
    {
        change = claims => Array.ForEach(["email", "email_verified"], claim => claims.Remove(claim));
        var info = UserInfo();
        info["email_verified"] = fault switch { "unverified" => false, "verified as text" => "true", _ => true };
        info["sub"] = fault is "another user" ? "another" : "subject";
        info.Remove(fault switch { "no address" => "email", "no user" => "sub", _ => "" });
        issuer.Metadata["userinfo_endpoint"] = fault switch
        {
            "an endpoint without TLS" => "http://provider.example/userinfo",
            "no endpoint" => null,
            _ => issuer.Metadata["userinfo_endpoint"]!.GetValue<string>(),
        };
        issuer.UserInfo = context =>
        {
            context.Response.StatusCode = fault switch { "500" => 500, "a redirect" => 302, _ => 200 };
            context.Response.Headers.Location = fault is "a redirect" ? $"{issuer.Issuer}/keys" : "";
            return context.Response.WriteAsync(fault switch
            {
                "an address in two members" => info.ToJsonString().Replace("{", "{\"email\":\"x@example.com\",", StringComparison.Ordinal),
                "a signed answer" => issuer.Key.Sign(info),
                "too much" => $"{new string(' ', 513 * 1024)}{info.ToJsonString()}",
                _ => info.ToJsonString(),
            });
        };
        var answer = await CompleteAsync(await BeginAsync());

        var back = answer.Headers["Location"];
        Assert.Equal(
            refusal,
            back.Contains("?error=", StringComparison.Ordinal) ? back.Split('=')[1] : (await RedeemAsync(CodeIn(answer))).Message);
        Assert.DoesNotContain(Address, App.Logs.Text, StringComparison.Ordinal);
    }

    [Fact, Holds("J13")]
    public async Task Who_has_an_account_signs_in_while_the_user_info_is_away()
    {
        await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())));
        change = claims => claims.Remove("email");

        Assert.Equal(HttpStatusCode.OK, (await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())))).Status);
    }

    [Fact, Holds("J13")]
    public async Task A_token_with_an_address_asks_for_no_more()
    {
        issuer.UserInfo = _ => throw new InvalidOperationException("asked");
        await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())));

        Assert.DoesNotContain("cannot read what acme tells", App.Logs.Text, StringComparison.Ordinal);
    }

    [Fact, Holds("J13")]
    public async Task A_browser_keeps_the_cookies_of_the_eight_newest_sign_ins()
    {
        var cookies = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            cookies.Add((await BeginAsync(cookies: $"other=1; {string.Join("; ", cookies)}")).Cookie);
            App.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var ninth = await BeginAsync(cookies: $"other=1; {string.Join("; ", cookies)}");

        var set = ninth.Answer.Headers["Set-Cookie"];
        Assert.Contains($"{cookies[0].Split('=')[0]}=; Max-Age=0;", set, StringComparison.Ordinal);
        Assert.Equal(1, set.Split("Max-Age=0").Length - 1);
        Assert.DoesNotContain(cookies[1].Split('=')[0], set, StringComparison.Ordinal);
    }

    [Fact, Holds("J13")]
    public async Task A_provider_that_is_away_sends_the_browser_back_at_once()
    {
        await issuer.DisposeAsync();
        var begun = await BeginAsync();

        Assert.Equal((HttpStatusCode.Redirect, $"{Return}?error=unavailable"), (begun.Answer.Status, begun.Location));
        Assert.False(begun.Answer.Headers.ContainsKey("Set-Cookie"));
    }

    [Fact, Holds("J13")]
    public async Task A_provider_that_is_away_or_refuses_the_app_is_unavailable()
    {
        var begun = await BeginAsync();
        issuer.Exchange = (_, context) =>
        {
            context.Response.StatusCode = 401;
            return new JsonObject { ["error"] = "invalid_client" };
        };
        Assert.EndsWith("?error=unavailable", (await CompleteAsync(begun)).Headers["Location"], StringComparison.Ordinal);
        Assert.Contains("acme refused the exchange of a code: 401 invalid_client.", App.Logs.Text, StringComparison.Ordinal);
        issuer.Exchange = (_, context) =>
        {
            context.Response.StatusCode = 400;
            return new JsonObject { ["error"] = "invalid_grant" };
        };
        Assert.EndsWith("?error=invalid_id_token", (await CompleteAsync(begun)).Headers["Location"], StringComparison.Ordinal);
        await issuer.DisposeAsync();
        Assert.EndsWith("?error=unavailable", (await CompleteAsync(begun)).Headers["Location"], StringComparison.Ordinal);
    }

    [Theory, Holds("J13")]
    [InlineData("another verifier that the client never had, of course")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    public async Task A_stolen_code_is_worth_nothing_without_the_verifier(string verifier)
    {
        var code = CodeIn(await CompleteAsync(await BeginAsync()));
        Assert.Equal("invalid_code", (await RedeemAsync(code, verifier)).Message);
        Assert.Equal("invalid_code", (await RedeemAsync(code, Challenge)).Message);
        Assert.Equal("verifier: required", (await App.PostAsync("login/external", new { login_code = code })).Message);
        Assert.Equal("invalid_code", (await RedeemAsync(code + "x")).Message);

        Assert.Equal(HttpStatusCode.OK, (await RedeemAsync(code)).Status);
    }

    [Fact, Holds("J13")]
    public async Task A_code_is_good_for_a_minute()
    {
        var code = CodeIn(await CompleteAsync(await BeginAsync()));
        App.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("invalid_code", (await RedeemAsync(code)).Message);
    }

    [Fact, Holds("J13")]
    public async Task Of_64_clients_with_one_code_at_once_one_signs_in()
    {
        await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())));
        var code = CodeIn(await CompleteAsync(await BeginAsync()));
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RedeemAsync(code)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.OK), answer => Assert.Equal("invalid_code", answer.Message));
    }

    [Fact, Holds("J13")]
    public async Task A_missing_second_factor_does_not_use_up_the_code_and_leaves_five_minutes_for_it()
    {
        var access = (await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())))).Data.GetProperty("access").GetString()!;
        var token = issuer.Token(App.Time.GetUtcNow(), "subject", Address);
        var secret = (await App.PostAsync("totp", new { confirm_provider = "acme", confirm_id_token = token }, access))
            .Data.GetProperty("secret").GetString()!;
        string Otp() => Authenticator.CodeOf(secret, App.Time.GetUtcNow());
        await App.PostAsync("totp/confirm", new { code = Otp() }, access);
        App.Time.Advance(TimeSpan.FromSeconds(30));

        var code = CodeIn(await CompleteAsync(await BeginAsync()));
        Assert.Equal("otp_required", (await RedeemAsync(code)).Message);
        App.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("invalid_otp", (await RedeemAsync(code, otp: "ZZZZZZZZZZ")).Message);
        Assert.Equal("otp_required", (await RedeemAsync(code)).Message);
        var login = await RedeemAsync(code, otp: Otp());
        Assert.Equal(["fed", "otp"], Authenticator.MethodsOf(login.Data));

        var late = CodeIn(await CompleteAsync(await BeginAsync()));
        Assert.Equal("otp_required", (await RedeemAsync(late)).Message);
        App.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("invalid_code", (await RedeemAsync(late, otp: Otp())).Message);
    }

    [Fact, Holds("J13")]
    public async Task No_Host_of_a_request_reaches_the_provider()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, BeginUrl("acme", Return, Challenge));
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");

        Assert.DoesNotContain("evil", (await App.SendAsync(request)).Headers["Location"], StringComparison.Ordinal);
    }

    [Fact, Holds("J12", "J13")]
    public async Task An_owner_who_is_signed_in_links_what_the_browser_brings_back_with_the_password_and_once()
    {
        var owner = $"owner.of.{Address}";
        var access = (await App.SignInAsync(owner)).GetProperty("access").GetString();
        var code = CodeIn(await CompleteAsync(await BeginAsync()));
        Task<Answer> LinkAsync(string? password, string verifier = Verifier) =>
            App.PostAsync("identities", new { password, login_code = code, verifier }, access);

        Assert.Equal("invalid_password", (await LinkAsync("a wrong password")).Message);
        Assert.Equal("invalid_code", (await LinkAsync(TestApp.Password, Verifier + "x")).Message);
        Assert.Equal("acme", (await LinkAsync(TestApp.Password)).Data.GetProperty("provider").GetString());
        Assert.Equal("invalid_code", (await LinkAsync(TestApp.Password)).Message);
        Assert.Equal("invalid_code", (await RedeemAsync(code)).Message);
        var login = await RedeemAsync(CodeIn(await CompleteAsync(await BeginAsync())));
        Assert.Equal(owner, login.Data.GetProperty("user").GetProperty("username").GetString());
    }

    private static string BeginUrl(string provider, string returnUrl, string challenge) =>
        $"/api/account/login/external/{provider}?return_url={Uri.EscapeDataString(returnUrl)}&code_challenge={challenge}";

    private JsonObject UserInfo() => new()
    {
        ["sub"] = "subject",
        ["email"] = Address,
        ["email_verified"] = true,
        ["given_name"] = "Ada",
    };

    private async Task<Begun> BeginAsync(
        string provider = "acme", string returnUrl = Return, string? challenge = null, string? cookies = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, BeginUrl(provider, returnUrl, challenge ?? Challenge));
        request.Headers.Add("Cookie", cookies ?? "other=1");
        return new Begun(await App.SendAsync(request));
    }

    private Task<Answer> CompleteAsync(Begun begun, string provider = "acme", string? query = null) =>
        CompleteAsync(begun, provider, begun.Cookie, begun.Of("state"), query);

    private Task<Answer> CompleteAsync(Begun begun, string? cookie) => CompleteAsync(begun, "acme", cookie, begun.Of("state"));

    // The fake provider takes the nonce for its code.
    private async Task<Answer> CompleteAsync(Begun begun, string provider, string? cookie, string? state, string? query = null)
    {
        var answer = query ?? $"code={begun.Of("nonce")}&iss={Uri.EscapeDataString(issuer.Issuer)}";
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"/api/account/login/external/{provider}/callback?{(state is null ? "" : $"state={state}&")}{answer}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await App.SendAsync(request);
    }

    private Task<Answer> RedeemAsync(string code, string verifier = Verifier, string? otp = null) =>
        App.PostAsync("login/external", new { login_code = code, verifier, otp });

    private static string CodeIn(Answer answer) =>
        QueryHelpers.ParseQuery(new Uri(answer.Headers["Location"]).Query)["login_code"].ToString();

    private sealed record Begun(Answer Answer)
    {
        public string Location => Answer.Headers["Location"];

        public string Cookie => Answer.Headers["Set-Cookie"].Split(';')[0];

        public string Of(string parameter) => QueryHelpers.ParseQuery(new Uri(Location).Query)[parameter].ToString();
    }
}
