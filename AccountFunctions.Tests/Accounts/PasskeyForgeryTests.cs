using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Answers of authenticators that are not right. Each gets one and the same refusal.</summary>
[SharedApp]
public sealed class PasskeyForgeryTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private readonly SoftAuthenticator authenticator = new();

    private string Address { get; } = NewAddress();

    public static TheoryData<string> Forgeries =>
    [
        "another origin", "an origin below ours", "our origin with a path", "our origin in capitals", "another relying party",
        "a wrong type", "across origins", "a top origin", "not verified", "not present", "backed up but not eligible",
        "another type of credential", "another id", "no response", "no client data", "no type",
    ];

    [Theory, Holds("J8")]
    [MemberData(nameof(Forgeries))]
    public async Task A_registration_is_refused_with(string forgery)
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        var (options, state) = await App.BeginAsync("passkeys/options", access);
        Forge(forgery);
        var credential = Forge(forgery, authenticator.Create(options));

        Refused(await App.PostAsync("passkeys", new { state, credential }, access));
        Assert.Empty((await App.GetAsync("passkeys", access)).Data.EnumerateArray());
    }

    [Theory, Holds("J8")]
    [MemberData(nameof(Forgeries))]
    public async Task A_sign_in_is_refused_with(string forgery)
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var (options, state) = await App.BeginAsync("login/passkey/options", null);
        Forge(forgery);

        Refused(await App.PostAsync("login/passkey", new { state, credential = Forge(forgery, authenticator.Get(options)) }));

        // It has not used up the challenge.
        var honest = new SoftAuthenticator();
        Assert.Equal(
            HttpStatusCode.OK,
            (await App.PostAsync("login/passkey", new { state, credential = honest.Get(options, authenticator.Passkeys[0]) })).Status);
    }

    [Theory, Holds("J8")]
    [InlineData("signature")]
    [InlineData("authenticatorData")]
    [InlineData("clientDataJSON")]
    [InlineData("userHandle")]
    public async Task A_sign_in_is_refused_without_or_with_one_changed_bit_in(string member)
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        foreach (var change in new Func<string, JsonNode?>[]
        {
            text => Flip(text), _ => null, _ => "", _ => 1, _ => new JsonArray(), text => text[..^4], text => text + " ", _ => "\ud800",
        })
        {
            var (options, state) = await App.BeginAsync("login/passkey/options", null);
            var credential = authenticator.Get(options);
            var response = credential["response"]!.AsObject();
            response[member] = change(response[member]!.GetValue<string>());

            Refused(await App.PostAsync("login/passkey", new { state, credential }));
        }
    }

    [Theory, Holds("J8")]
    [InlineData("AAAA")]
    [InlineData("")]
    [InlineData("of another account")]
    [InlineData("of nobody")]
    public async Task A_sign_in_is_refused_with_a_user_handle(string handle)
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var other = new SoftAuthenticator();
        await App.SignInWithNewPasskeyAsync(NewAddress(), other);
        authenticator.UserHandle = handle switch
        {
            "of another account" => other.Passkeys[0].UserHandle,
            "of nobody" => new byte[16],
            _ => Base64Url.DecodeFromChars(handle),
        };

        Refused(await App.LoginWithPasskeyAsync(authenticator));
    }

    [Fact, Holds("J8")]
    public async Task A_passkey_that_can_no_longer_be_copied_is_another_one()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        (authenticator.IsBackupEligible, authenticator.IsBackedUp) = (false, false);
        Refused(await App.LoginWithPasskeyAsync(authenticator));
        authenticator.IsBackupEligible = true;

        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
    }

    [Fact, Holds("J8")]
    public async Task A_key_of_ones_own_does_not_open_another_account_by_its_credential_id()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var victim = authenticator.Passkeys[0];
        var thief = new SoftAuthenticator { NextId = victim.Id };
        await App.SignInWithNewPasskeyAsync(NewAddress(), thief);
        thief.UserHandle = victim.UserHandle;

        Refused(await App.LoginWithPasskeyAsync(thief));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
    }

    [Fact, Holds("J8")]
    public async Task An_assertion_is_good_once_of_64_at_once()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var (options, state) = await App.BeginAsync("login/passkey/options", null);
        var body = new { state, credential = authenticator.Get(options) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => App.PostAsync("login/passkey", body)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.OK), Refused);
        Refused(await App.PostAsync("login/passkey", body));
        var sessions = (await App.AccountRowsAsync(Address)).Count(row => row.RowKey.StartsWith("session-", StringComparison.Ordinal));
        Assert.Equal(2, sessions);
    }

    [Theory, Holds("J8")]
    [InlineData(299, true)]
    [InlineData(300, false)]
    public async Task A_challenge_is_good_for_five_minutes(int seconds, bool isGood)
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var (signIn, signInState) = await App.BeginAsync("login/passkey/options", null);
        var (register, registerState) = await App.BeginAsync("passkeys/options", access);
        App.Time.Advance(TimeSpan.FromSeconds(seconds));
        var login = await App.PostAsync("login/passkey", new { state = signInState, credential = authenticator.Get(signIn) });
        var added = await App.PostAsync("passkeys", new { state = registerState, credential = authenticator.Create(register) }, access);

        Assert.Equal(isGood, login.Status is HttpStatusCode.OK);
        Assert.Equal(isGood, added.Status is HttpStatusCode.OK);
    }

    [Fact, Holds("J8")]
    public async Task A_challenge_is_good_for_one_purpose_and_one_account_only()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        var other = (await App.SignInAsync(NewAddress())).GetProperty("access").GetString();
        var (register, registerState) = await App.BeginAsync("passkeys/options", access);
        var (confirm, confirmState) = await App.BeginAsync("passkeys/confirmation", access);
        var (signIn, signInState) = await App.BeginAsync("login/passkey/options", null);
        var passkey = authenticator.Passkeys[0];

        Refused(await App.PostAsync("login/passkey", new { state = registerState, credential = authenticator.Get(register, passkey) }));
        Refused(await App.PostAsync("login/passkey", new { state = confirmState, credential = authenticator.Get(confirm, passkey) }));
        Refused(await App.PostAsync("delete", new { state = signInState, credential = authenticator.Get(signIn, passkey) }, access));
        Refused(await App.PostAsync("delete", new { state = registerState, credential = authenticator.Get(register, passkey) }, access));
        Refused(await App.PostAsync("delete", new { state = confirmState, credential = authenticator.Get(confirm, passkey) }, other));
        var made = new { state = registerState, credential = new SoftAuthenticator().Create(register) };
        Refused(await App.PostAsync("passkeys", made, other));
        var asked = JsonSerializer.SerializeToElement(
            new { challenge = signIn.GetProperty("challenge").GetString(), user = register.GetProperty("user") });
        Refused(await App.PostAsync("passkeys", new { state = signInState, credential = new SoftAuthenticator().Create(asked) }, access));

        // The answer to another challenge than the state's.
        Refused(await App.PostAsync("login/passkey", new { state = signInState, credential = authenticator.Get(register, passkey) }));
    }

    [Fact, Holds("J8")]
    public async Task A_state_that_is_not_ours_is_refused()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);
        var (options, state) = await App.BeginAsync("login/passkey/options", null);
        var credential = authenticator.Get(options);
        string[] forgeries = ["x", state[..^4], state + "AAAA", Flip(state), 'B' + state[1..], state + "=", new string('A', 60_000)];
        foreach (var forged in forgeries)
        {
            Refused(await App.PostAsync("login/passkey", new { state = forged, credential }));
        }
    }

    [Fact]
    public async Task A_credential_that_is_registered_already_is_refused()
    {
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        authenticator.NextId = authenticator.Passkeys[0].Id;

        Refused(await App.AddPasskeyAsync(access, authenticator));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator, authenticator.Passkeys[0])).Status);
    }

    [Theory, Holds("J9")]
    [InlineData(5u, 5u)]
    [InlineData(5u, 4u)]
    [InlineData(5u, 0u)]
    public async Task A_counter_that_goes_back_is_refused_and_the_owner_told(uint stored, uint shown)
    {
        authenticator.Counter = stored;
        var access = (await App.SignInWithNewPasskeyAsync(Address, authenticator)).GetProperty("access").GetString();
        authenticator.Counter = shown;
        Refused(await App.LoginWithPasskeyAsync(authenticator));

        Assert.Contains(await App.WaitForMailsAsync(Address, 3), mail => mail.Subject == "A sign-in to your Example account was refused");
        var events = (await App.GetAsync("events", access)).Data.GetProperty("events");
        Assert.Contains(events.EnumerateArray(), happened => happened.GetProperty("kind").GetString() == "passkey_refused");
        authenticator.Counter = stored + 1;
        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
        authenticator.Counter = stored + 1;
        Refused(await App.LoginWithPasskeyAsync(authenticator));
    }

    [Fact, Holds("J9")]
    public async Task An_authenticator_without_a_counter_is_used_as_often_as_its_owner_likes()
    {
        await App.SignInWithNewPasskeyAsync(Address, authenticator);

        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
    }

    [Theory]
    [InlineData("""{"state":"x"}""", "credential: required")]
    [InlineData("""{"credential":{}}""", "state: required")]
    [InlineData("""{"state":"x","credential":null}""", "credential: null")]
    [InlineData("""{"state":"x","credential":"{}"}""", "credential: invalid")]
    [InlineData("""{"state":"x","credential":[]}""", "credential: invalid")]
    [InlineData("""{"state":7,"credential":{}}""", "state: invalid")]
    [InlineData("""{"state":"x","credential":{"id":"AA","id":"AA"}}""", "invalid_json")]
    [InlineData("""{"state":"x","credential":{"\ud800":"x"}}""", "invalid_json")]
    [InlineData("""{"state":"x","credential":{"response":{"clientDataJSON":"\ud800"},"type":"public-key"}}""", "invalid_credential")]
    [InlineData("""{"state":"x","credential":{"response":{},"type":"\ud800"}}""", "invalid_credential")]
    [InlineData("""{"state":"x","credential":{}}""", "invalid_credential")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login/passkey")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        var answer = await App.SendAsync(request);

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
    }

    private static string Flip(string text)
    {
        var bytes = Base64Url.DecodeFromChars(text);
        bytes[^1] ^= 1;
        return Base64Url.EncodeToString(bytes);
    }

    private static void Refused(Answer answer) => Assert.Equal(
        """{"status":"error","code":400,"data":null,"message":"invalid_credential"}""", answer.Text);

    private void Forge(string forgery)
    {
        var _ = forgery switch
        {
            "another origin" => authenticator.Origin = "http://localhost:5174",
            "an origin below ours" => authenticator.Origin = "http://evil.localhost:5173",
            "our origin with a path" => authenticator.Origin = $"{SoftAuthenticator.OurOrigin}/evil",
            "our origin in capitals" => authenticator.Origin = "HTTP://LOCALHOST:5173",
            "another relying party" => authenticator.RelyingPartyId = "example.com",
            "a top origin" => authenticator.TopOrigin = SoftAuthenticator.OurOrigin,
            "a wrong type" => authenticator.Type = authenticator.Passkeys.Count == 0 ? "webauthn.get" : "webauthn.create",
            _ => "",
        };
        authenticator.CrossOrigin = forgery is "across origins";
        authenticator.IsVerified = forgery is not "not verified";
        authenticator.IsPresent = forgery is not "not present";
        authenticator.IsBackupEligible = forgery is not "backed up but not eligible";
    }

    private static JsonObject Forge(string forgery, JsonObject credential)
    {
        switch (forgery)
        {
            case "another type of credential":
                credential["type"] = "password";
                break;
            case "another id":
                (credential["id"], credential["rawId"]) = ("AAAA", "AAAA");
                break;
            case "no response":
                credential.Remove("response");
                break;
            case "no client data":
                credential["response"]!.AsObject().Remove("clientDataJSON");
                break;
            case "no type":
                credential.Remove("type");
                break;
        }

        return credential;
    }
}
