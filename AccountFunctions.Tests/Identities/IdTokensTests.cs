using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Tests.Identities;

/// <summary>ID tokens that the app must refuse, and those that it must take.</summary>
[SharedApp]
public sealed class IdTokensTests(AzuriteFixture azurite) : AppTests(azurite), IClassFixture<Issuers>
{
    private const string Nonce = "n-0S6_WzA2Mj";
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string OtherTenant = "11111111-2222-3333-4444-555555555555";
    private static readonly IssuerKey Stranger = new("1");

    /// <summary>What is wrong with a token, by name.</summary>
    private static readonly Dictionary<string, Func<Forge, string>> Forgeries = new()
    {
        ["alg none"] = forge => $"{Encode("""{"alg":"none","kid":"1"}""")}.{Encode(forge.Claims.ToJsonString())}.",
        ["alg None without a kid"] = forge => $"{Encode("""{"alg":"None"}""")}.{Encode(forge.Claims.ToJsonString())}.",
        ["signature stripped"] = forge => forge.Good[..(forge.Good.LastIndexOf('.') + 1)],
        ["signature missing"] = forge => forge.Good[..forge.Good.LastIndexOf('.')],
        ["truncated"] = forge => forge.Good[..^7],
        ["signature of other claims"] = forge => forge.Good[..forge.Good.LastIndexOf('.')] + forge.Other[forge.Other.LastIndexOf('.')..],
        ["HS256 with the public key as secret"] = forge => forge.Sign(
            new() { ["alg"] = "HS256", ["kid"] = "1" }, content => HMACSHA256.HashData(Encoding.ASCII.GetBytes(forge.Key.Pem), content)),
        ["HS256 with the modulus as secret"] = forge => forge.Sign(
            new() { ["alg"] = "HS256", ["kid"] = "1" },
            content => HMACSHA256.HashData(Base64UrlEncoder.DecodeBytes((string)forge.Key.Public["n"]!), content)),
        ["HS256 with a published secret"] = forge => forge.Sign(
            new() { ["alg"] = "HS256", ["kid"] = "oct" }, content => HMACSHA256.HashData(new byte[32], content)),
        ["RS384"] = forge => forge.With(header => header["alg"] = "RS384"),
        ["alg of another key type"] = forge => forge.With(header => header["alg"] = "ES256"),
        ["ES256 with a signature in DER"] = forge =>
            Issuers.Elliptic.Sign(Issuers.Elliptic.Header.ToJsonString(), forge.Claims.ToJsonString(), Issuers.Elliptic.DerSignature),
        ["alg in an array"] = forge => forge.With(header => header["alg"] = new JsonArray("RS256")),
        ["no alg"] = forge => forge.With(header => header.Remove("alg")),
        ["kid unknown"] = forge => forge.With(header => header["kid"] = "2"),
        ["kid missing"] = forge => forge.With(header => header.Remove("kid")),
        ["kid empty"] = forge => forge.With(header => header["kid"] = ""),
        ["kid a number"] = forge => forge.With(header => header["kid"] = 1),
        ["kid in another case"] = forge => Issuers.Elliptic.Sign(forge.Claims, header => header["kid"] = "EC"),
        ["kid of a key for encryption"] = forge => Issuers.Encrypting.Sign(forge.Claims),
        ["kid of another issuer"] = forge => forge.Issuers.Google.Key.Sign(forge.Claims),
        ["kid of ours, key of a stranger"] = forge => Stranger.Sign(forge.Claims),
        ["key of 1024 bits"] = forge => Issuers.Weak.Sign(forge.Claims),
        ["kid that two keys have"] = forge => Issuers.Twin.Sign(forge.Claims),
        ["jku"] = forge => forge.With(header => header["jku"] = "https://evil.example/keys"),
        ["x5u"] = forge => forge.With(header => header["x5u"] = "https://evil.example/cert"),
        ["jwk of a stranger"] = forge => Stranger.Sign(forge.Claims, header => header["jwk"] = Stranger.Public.DeepClone()),
        ["x5c"] = forge => forge.With(header => header["x5c"] = new JsonArray("MIIB")),
        ["crit"] = forge => forge.With(header => header["crit"] = new JsonArray("exp")),
        ["b64"] = forge => forge.With(header => header["b64"] = false),
        ["zip"] = forge => forge.With(header => header["zip"] = "DEF"),
        ["typ at+jwt"] = forge => forge.With(header => header["typ"] = "at+jwt"),
        ["typ logout+jwt"] = forge => forge.With(header => header["typ"] = "logout+jwt"),
        ["typ null"] = forge => forge.With(header => header["typ"] = null),
        ["a member twice in the header"] = forge => forge.Key.Sign(
            """{"alg":"RS256","kid":"2","kid":"1"}""", forge.Claims.ToJsonString()),
        ["a claim twice"] = forge => forge.Key.Sign(
            forge.Key.Header.ToJsonString(), forge.Claims.ToJsonString().Replace("{", """{"sub":"victim",""", StringComparison.Ordinal)),
        ["header no object"] = forge => forge.Key.Sign("[]", forge.Claims.ToJsonString()),
        ["claims no object"] = forge => forge.Key.Sign(forge.Key.Header.ToJsonString(), "[]"),
        ["claims no JSON"] = forge => forge.Key.Sign(forge.Key.Header.ToJsonString(), "{"),
        ["a comment in the claims"] = forge => forge.Key.Sign(forge.Key.Header.ToJsonString(), "/**/" + forge.Claims.ToJsonString()),
        ["deep claims"] = forge => forge.Key.Sign(
            forge.Key.Header.ToJsonString(),
            forge.Claims.ToJsonString()[..^1] + $",\"x\":{new string('[', 50)}{new string(']', 50)}" + "}"),
        ["100 KB"] = forge => forge.But("x", new string('x', 20_000)),
        ["padding"] = forge => forge.Good + "==",
        ["white space in front"] = forge => " " + forge.Good,
        ["a line break inside"] = forge => forge.Good.Insert(10, "\n"),
        ["standard base64"] = forge => forge.Good.Replace('.', '+'),
        ["four parts"] = forge => forge.Good + ".x",
        ["five parts, as if encrypted"] = forge => forge.Good + ".x.y",
        ["empty parts"] = _ => "..",
        ["no token"] = _ => "null",
        ["iss with a slash"] = forge => forge.But("iss", forge.Issuers.Acme.Issuer + "/"),
        ["iss in upper case"] = forge => forge.But("iss", forge.Issuers.Acme.Issuer.ToUpperInvariant()),
        ["iss of another provider"] = forge => forge.But("iss", forge.Issuers.Google.Issuer),
        ["iss in an array"] = forge => forge.But("iss", new JsonArray(forge.Issuers.Acme.Issuer)),
        ["no iss"] = forge => forge.Without("iss"),
        ["aud of another app"] = forge => forge.But("aud", "another-app"),
        ["aud in another case"] = forge => forge.But("aud", "Example-App"),
        ["aud a part of ours"] = forge => forge.But("aud", "example"),
        ["aud empty"] = forge => forge.But("aud", new JsonArray()),
        ["aud with a number"] = forge => forge.But("aud", new JsonArray(1, FakeIssuer.Audience)),
        ["no aud"] = forge => forge.Without("aud"),
        ["several aud without azp"] = forge => forge.But("aud", new JsonArray(FakeIssuer.Audience, "another-app")),
        ["several aud with a foreign azp"] = forge => forge.But(
            "aud", new JsonArray(FakeIssuer.Audience, "another-app"), claims => claims["azp"] = "another-app"),
        ["foreign azp"] = forge => forge.But("azp", "another-app"),
        ["azp null"] = forge => forge.But("azp", null),
        ["exp past"] = forge => forge.But("exp", forge.Now - 31),
        ["exp a text"] = forge => forge.But("exp", $"{forge.Now + 3600}"),
        ["exp negative"] = forge => forge.But("exp", -1),
        ["no exp"] = forge => forge.Without("exp"),
        ["iat in the future"] = forge => forge.But("iat", forge.Now + 60),
        ["iat of the day before"] = forge => forge.But("iat", forge.Now - 86_401),
        ["iat a text"] = forge => forge.But("iat", $"{forge.Now}"),
        ["no iat"] = forge => forge.Without("iat"),
        ["nbf in the future"] = forge => forge.But("nbf", forge.Now + 60),
        ["auth_time in the future"] = forge => forge.But("auth_time", forge.Now + 60),
        ["auth_time negative"] = forge => forge.But("auth_time", long.MinValue),
        ["sub empty"] = forge => forge.But("sub", ""),
        ["sub a number"] = forge => forge.But("sub", 7),
        ["sub of 256 characters"] = forge => forge.But("sub", new string('7', 256)),
        ["sub a lone surrogate"] = forge => forge.Key.Sign(
            forge.Key.Header.ToJsonString(), """{"sub":"\ud800",""" + forge.Claims.ToJsonString()[1..].Replace(
                "\"sub\"", "\"was\"", StringComparison.Ordinal)),
        ["no sub"] = forge => forge.Without("sub"),
        ["nonce missing in the token"] = forge => forge.Without("nonce"),
        ["nonce of another request"] = forge => forge.But("nonce", "another"),
        ["nonce in another case"] = forge => forge.But("nonce", Nonce.ToUpperInvariant()),
        ["nonce a number"] = forge => forge.But("nonce", 1),
        ["hash of the nonce in upper case"] = forge => forge.But("nonce", HashOf(Nonce).ToUpperInvariant()),
    };

    private readonly Issuers issuers = Issuers.Current;

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, Issuers.Current.Settings());

    [Theory, Holds("J11")]
    [MemberData(nameof(Names))]
    public async Task A_forged_token_opens_nothing(string forgery)
    {
        var address = NewAddress();
        var claims = issuers.Acme.Claims(App.Time.GetUtcNow(), address, address);
        claims["nonce"] = Nonce;
        var forged = Forgeries[forgery](new Forge(issuers, claims, App.Time.GetUtcNow().ToUnixTimeSeconds()));
        var answer = await LoginAsync("acme", forged, Nonce);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_id_token"), (answer.Status, answer.Message));
        Assert.DoesNotContain(await App.RowsAsync("Accounts"), row => row.GetString("Username") == address);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync("acme", issuers.Acme.Key.Sign(claims), Nonce)).Status);
    }

    [Theory, Holds("J11")]
    [InlineData("several aud with our azp")]
    [InlineData("aud of another app of ours")]
    [InlineData("azp of another app of ours")]
    [InlineData("aud in an array")]
    [InlineData("no typ")]
    [InlineData("exp within the skew")]
    [InlineData("iat within the skew")]
    [InlineData("nonce hashed")]
    [InlineData("sub of 255 characters")]
    [InlineData("ES256")]
    [InlineData("PS256")]
    public async Task A_token_that_the_standard_allows_is_taken(string token)
    {
        var (address, now) = (NewAddress(), App.Time.GetUtcNow().ToUnixTimeSeconds());
        var claims = issuers.Acme.Claims(App.Time.GetUtcNow(), address, address);
        claims["nonce"] = Nonce;
        var forge = new Forge(issuers, claims, now);
        var signed = token switch
        {
            "several aud with our azp" => forge.But(
                "aud", new JsonArray("another-app", FakeIssuer.Audience), changed => changed["azp"] = FakeIssuer.Audience),
            "aud of another app of ours" => forge.But("aud", "example-ios"),
            "azp of another app of ours" => forge.But("azp", "example-ios"),
            "aud in an array" => forge.But("aud", new JsonArray(FakeIssuer.Audience)),
            "no typ" => forge.With(header => header.Remove("typ")),
            "exp within the skew" => forge.But("exp", now - 29),
            "iat within the skew" => forge.But("iat", now + 29),
            "nonce hashed" => forge.But("nonce", HashOf(Nonce)),
            "sub of 255 characters" => forge.But("sub", address + new string('7', 255 - address.Length)),
            "ES256" => Issuers.Elliptic.Sign(claims),
            _ => Issuers.Pss.Sign(claims),
        };

        Assert.Equal(HttpStatusCode.OK, (await LoginAsync("acme", signed, Nonce)).Status);
    }

    [Theory, Holds("J11")]
    [InlineData("google", "accounts.google.com", true)]
    [InlineData("google", "accounts.google.com/", false)]
    [InlineData("acme", "accounts.google.com", false)]
    public async Task Only_Google_has_a_second_name(string provider, string issuer, bool isTaken)
    {
        var (address, from) = (NewAddress(), provider is "google" ? issuers.Google : issuers.Acme);
        var token = from.Token(App.Time.GetUtcNow(), address, address, claims => claims["iss"] = issuer);

        Assert.Equal(isTaken ? null : "invalid_id_token", (await LoginAsync(provider, token)).Message);
        if (isTaken)
        {
            // It is the same identity under both names.
            var other = from.Token(App.Time.GetUtcNow(), address, NewAddress());
            var username = (await LoginAsync(provider, other)).Data.GetProperty("user").GetProperty("username").GetString();
            Assert.Equal(address, username);
        }
    }

    [Theory, Holds("J11")]
    [InlineData(Tenant, Tenant, null)]
    [InlineData(Tenant, OtherTenant, "invalid_id_token")]
    [InlineData(Tenant, null, "invalid_id_token")]
    [InlineData("common", "common", "invalid_id_token")]
    [InlineData("{tenantid}", "{tenantid}", "invalid_id_token")]
    [InlineData(Tenant + "/x", Tenant + "/x", "invalid_id_token")]
    public async Task The_issuer_of_Microsoft_is_that_of_the_token_s_tenant(string issuer, string? tenant, string? refusal)
    {
        var address = NewAddress();
        var token = issuers.Microsoft.Token(App.Time.GetUtcNow(), address, address, claims =>
        {
            claims["iss"] = issuers.Microsoft.Issuer.Replace("{tenantid}", issuer, StringComparison.Ordinal);
            (claims["tid"], claims["xms_edov"]) = (tenant, true);
        });

        Assert.Equal(refusal, (await LoginAsync("microsoft", token)).Message);
    }

    [Theory, Holds("J11")]
    [InlineData(Tenant, null)]
    [InlineData(OtherTenant, "invalid_id_token")]
    public async Task A_key_that_Microsoft_publishes_for_one_tenant_signs_for_no_other(string tenant, string? refusal)
    {
        var address = NewAddress();
        var claims = issuers.Microsoft.Claims(App.Time.GetUtcNow(), address, address);
        claims["iss"] = issuers.Microsoft.Issuer.Replace("{tenantid}", tenant, StringComparison.Ordinal);
        (claims["tid"], claims["xms_edov"]) = (tenant, true);

        Assert.Equal(refusal, (await LoginAsync("microsoft", Issuers.OfTenant.Sign(claims))).Message);
    }

    [Theory, Holds("J12")]
    [InlineData("acme", "email_verified", "missing", false)]
    [InlineData("acme", "email_verified", "false", false)]
    [InlineData("acme", "email_verified", "\"true\"", false)]
    [InlineData("acme", "email_verified", "1", false)]
    [InlineData("acme", "email_verified", "\"false\"", false)]
    [InlineData("acme", "email_verified", "[true]", false)]
    [InlineData("acme", "email_verified", "true", true)]
    [InlineData("apple", "email_verified", "\"true\"", true)]
    [InlineData("apple", "email_verified", "\"false\"", false)]
    [InlineData("apple", "email_verified", "1", false)]
    [InlineData("apple", "email_verified", "missing", false)]
    [InlineData("microsoft", "email_verified", "true", false)]
    [InlineData("microsoft", "xms_edov", "true", true)]
    [InlineData("microsoft", "xms_edov", "1", true)]
    [InlineData("microsoft", "xms_edov", "\"1\"", true)]
    [InlineData("microsoft", "xms_edov", "\"true\"", true)]
    [InlineData("microsoft", "xms_edov", "false", false)]
    [InlineData("microsoft", "xms_edov", "0", false)]
    [InlineData("microsoft", "xms_edov", "missing", false)]
    [InlineData("personal", "email_verified", "missing", true)]
    [InlineData("personal", "email_verified", "true", true)]
    [InlineData("personal", "email_verified", "false", false)]
    [InlineData("personal", "email_verified", "\"false\"", false)]
    public async Task Only_an_address_that_the_provider_vouches_for_opens_an_account(
        string provider, string claim, string value, bool isVerified)
    {
        var (address, issuer) = (NewAddress(), issuers.Of(provider is "personal" ? "microsoft" : provider));
        var token = issuer.Token(App.Time.GetUtcNow(), address, address, claims =>
        {
            claims.Remove("email_verified");
            claims[claim] = value is "missing" ? null : JsonNode.Parse(value);
            if (value is "missing")
            {
                claims.Remove(claim);
            }

            var tenant = provider is "personal" ? "9188040d-6c67-4c5b-b112-36a304b66dad" : Tenant;
            claims["tid"] = tenant;
            claims["iss"] = issuer.Issuer.Replace("{tenantid}", tenant, StringComparison.Ordinal);
        });

        Assert.Equal(isVerified ? null : "email_not_verified", (await LoginAsync(issuer.Name, token)).Message);
        Assert.Equal(isVerified, (await App.RowsAsync("Accounts")).Exists(row => row.GetString("Username") == address));
    }

    [Theory, Holds("J12")]
    [InlineData("ada")]
    [InlineData("ada@example.com, eve@example.com")]
    [InlineData("ada@localhost")]
    [InlineData(null)]
    public async Task An_address_that_is_none_opens_no_account(string? address) => Assert.Equal(
        "email_not_verified", (await LoginAsync("acme", issuers.Acme.Token(App.Time.GetUtcNow(), NewAddress(), address))).Message);

    [Fact, Holds("J11")]
    public async Task A_nonce_in_the_token_must_be_sent_and_a_sent_nonce_must_be_in_the_token()
    {
        var address = NewAddress();
        var now = App.Time.GetUtcNow();

        Assert.Equal("invalid_id_token", (await LoginAsync(
            "acme", issuers.Acme.Token(now, address, address, claims => claims["nonce"] = Nonce))).Message);
        Assert.Equal("invalid_id_token", (await LoginAsync("acme", issuers.Acme.Token(now, address, address), Nonce)).Message);
        Assert.Equal("invalid_id_token", (await LoginAsync("acme", issuers.Acme.Token(now, address, address), "")).Message);
    }

    [Fact]
    public async Task Fields_that_are_missing_or_unknown_are_named()
    {
        Assert.Equal("provider: required\nid_token: required", (await App.PostAsync("login/external", new { })).Message);
        Assert.Equal("provider: invalid", (await LoginAsync("unknown", "x")).Message);
        Assert.Equal("provider: invalid", (await LoginAsync("ACME", "x")).Message);
        var wrong = new { provider = "acme", id_token = "x", nonce = 1 };
        Assert.Equal("nonce: invalid", (await App.PostAsync("login/external", wrong)).Message);
    }

    [Fact, OwnApp]
    public async Task Without_a_provider_nothing_is_known()
    {
        await using var app = await TestApp.StartAsync(NewStorage());

        Assert.Equal("provider: invalid", (await app.PostAsync("login/external", new { provider = "google", id_token = "x" })).Message);
    }

    private Task<Answer> LoginAsync(string provider, string token, string? nonce = null) => App.PostAsync(
        "login/external",
        nonce is null ? new { provider, id_token = token } : new { provider, id_token = token, nonce });

    private static string Encode(string text) => Base64UrlEncoder.Encode(text);

    private static string HashOf(string nonce) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nonce)));

    /// <summary>A good token's claims, and ways to spoil it.</summary>
    private sealed record Forge(Issuers Issuers, JsonObject Claims, long Now)
    {
        public IssuerKey Key => Issuers.Acme.Key;

        public string Good => Key.Sign(Claims);

        public string Other => But("sub", "another");

        public string With(Action<JsonObject> header) => Key.Sign(Claims, header);

        public string Sign(JsonObject header, Func<byte[], byte[]> signature) =>
            Key.Sign(header.ToJsonString(), Claims.ToJsonString(), signature);

        public string But(string claim, JsonNode? value, Action<JsonObject>? further = null)
        {
            var changed = Claims.DeepClone().AsObject();
            changed[claim] = value;
            further?.Invoke(changed);
            return Key.Sign(changed);
        }

        public string Without(string claim)
        {
            var changed = Claims.DeepClone().AsObject();
            changed.Remove(claim);
            return Key.Sign(changed);
        }
    }
}
