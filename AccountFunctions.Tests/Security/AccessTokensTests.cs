using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Security;

public sealed class AccessTokensTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa earlier = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SigningKeys keys;
    private readonly AccessTokens tokens;
    private readonly JsonObject header;
    private readonly JsonObject payload;

    public AccessTokensTests()
    {
        var options = Options.Create(new TokenOptions
        {
            SigningKey = key.ExportPkcs8PrivateKeyPem(),
            PreviousSigningKeys = earlier.ExportPkcs8PrivateKeyPem(),
            Issuer = "https://accounts.example.com/api",
            Audience = "shop",
        });
        keys = new SigningKeys(options);
        tokens = new AccessTokens(keys, options, time);
        var parts = Issue().Split('.');
        header = Read(parts[0]);
        payload = Read(parts[1]);
    }

    /// <summary>What a forger or a careless proxy may do to a token. Each is signed with our own key where that makes it worse.</summary>
    public static TheoryData<string> Forgeries =>
    [
        "alg none", "alg None", "alg empty", "alg HS256 with the public key", "alg ES384", "alg missing", "alg twice",
        "typ JWT", "typ refresh+jwt", "typ missing", "kid missing", "kid unknown", "kid of another key", "kid twice",
        "crit", "b64", "jku", "jwk", "x5u", "x5c", "cty", "zip",
        "iss other", "iss missing", "iss slash", "aud other", "aud missing", "aud slash", "aud list",
        "sub missing", "sub null", "sub number", "sub twice", "sid missing", "jti missing", "ver missing", "ver text", "role missing",
        "iat missing", "iat future", "iat text", "exp missing", "exp past", "exp far", "exp text", "exp fraction",
        "nbf future", "nbf text",
        "payload altered", "payload no object", "header no object", "signature altered", "signature empty", "signature of other",
        "signature DER",
        "padding", "white space", "dot behind", "four parts", "two parts", "five parts", "too long", "empty", "not base64",
    ];

    [Fact, Holds("E1", "E12")]
    public async Task An_issued_token_is_accepted_and_names_its_account()
    {
        var claims = await tokens.ValidateAsync(Issue());

        Assert.Equal(new AccessClaims(new string('a', 32), "session", 3), claims);
        Assert.Equal(["alg", "kid", "typ"], header.Select(member => member.Key).Order());
        Assert.Equal(("ES256", "at+jwt"), ((string?)header["alg"], (string?)header["typ"]));
        Assert.Equal("shop", (string?)payload["client_id"]);
        Assert.Equal(["pwd"], payload["amr"]!.AsArray().Select(method => (string?)method));
        Assert.Equal((long)payload["iat"]! - 86_400, (long)payload["auth_time"]!);
        Assert.Equal(900, (long)payload["exp"]! - (long)payload["iat"]!);
        Assert.NotNull(await tokens.ValidateAsync(Sign()));
    }

    [Theory, Holds("E1", "E2", "E12")]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_or_damaged_token_is_refused(string forgery) => Assert.Null(await tokens.ValidateAsync(Forge(forgery)));

    [Theory, Holds("E1")]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(929, true)]
    [InlineData(930, false)]
    public async Task Clocks_may_differ_by_half_a_minute(int seconds, bool valid)
    {
        var token = Issue();
        var then = new FakeTimeProvider(time.GetUtcNow().AddSeconds(seconds));
        var options = Options.Create(new TokenOptions
        {
            SigningKey = key.ExportPkcs8PrivateKeyPem(),
            Issuer = "https://accounts.example.com/api",
            Audience = "shop",
        });

        Assert.Equal(valid, await new AccessTokens(new SigningKeys(options), options, then).ValidateAsync(token) is not null);
    }

    [Fact, Holds("E12")]
    public async Task A_token_may_name_a_time_before_which_it_is_not_valid()
    {
        payload["nbf"] = (long)payload["iat"]! + 30;

        Assert.NotNull(await tokens.ValidateAsync(Sign()));
    }

    [Fact]
    public async Task A_token_of_an_earlier_key_is_accepted()
    {
        header["kid"] = keys.All.Single(candidate => candidate.KeyId != keys.Current.KeyId).KeyId;

        Assert.NotNull(await tokens.ValidateAsync(Sign(earlier)));
    }

    [Fact]
    public void A_key_id_is_the_thumbprint_of_rfc_7638()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var canonical =
            $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";

        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))), keys.Current.KeyId);
    }

    [Theory]
    [InlineData("P384")]
    [InlineData("RSA")]
    [InlineData("public")]
    [InlineData("garbage")]
    public void Only_p256_private_keys_are_read(string kind)
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var pem = kind switch
        {
            "P384" => p384.ExportPkcs8PrivateKeyPem(),
            "RSA" => rsa.ExportPkcs8PrivateKeyPem(),
            "public" => key.ExportSubjectPublicKeyInfoPem(),
            _ => "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE",
        };

        Assert.False(SigningKeys.TryRead(pem, out _));
        Assert.True(SigningKeys.TryRead(
            key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings(" ") + "\n" + earlier.ExportECPrivateKeyPem(), out var both));
        Assert.Equal(2, both.Count);
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private string Issue() => tokens.Issue(
        new AccountEntity(new string('a', 32)) { Role = "C", Version = 3 },
        new SessionEntity(new string('a', 32), "session") { Created = time.GetUtcNow().AddDays(-1) });

    private string Sign(ECDsa? with = null) => Sign(header.ToJsonString(), payload.ToJsonString(), with);

    private string Sign(string headerText, string payloadText, ECDsa? with = null)
    {
        var signed = $"{Encode(headerText)}.{Encode(payloadText)}";
        return $"{signed}.{Base64Url.EncodeToString((with ?? key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private string Forge(string forgery)
    {
        var good = Sign();
        var words = forgery.Split(' ', 2);
        var (part, rest) = (words[0], words[^1]);
        var target = part is "alg" or "typ" or "kid" or "crit" or "b64" or "jku" or "jwk" or "x5u" or "x5c" or "cty" or "zip"
            ? header
            : payload;
        switch (forgery)
        {
            case "alg none" or "alg None":
                header["alg"] = rest;
                return Sign()[..(Sign().LastIndexOf('.') + 1)];
            case "alg empty":
                header["alg"] = "";
                return Sign();
            case "alg HS256 with the public key":
                header["alg"] = "HS256";
                var signed = Sign()[..Sign().LastIndexOf('.')];
                var mac = HMACSHA256.HashData(key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed));
                return $"{signed}.{Base64Url.EncodeToString(mac)}";
            case "kid of another key":
                header["kid"] = keys.All.Single(candidate => candidate.KeyId != keys.Current.KeyId).KeyId;
                return Sign();
            case "crit":
                header["crit"] = new JsonArray("exp");
                return Sign();
            case "b64":
                header["b64"] = false;
                return Sign();
            case "jku" or "jwk" or "x5u" or "x5c" or "cty" or "zip":
                header[forgery] = "https://evil.example/keys";
                return Sign();
            case "typ JWT" or "typ refresh+jwt" or "alg ES384":
                header[part] = rest;
                return Sign();
            case "kid unknown" or "iss other" or "aud other":
                target[part] = "https://evil.example";
                return Sign();
            case "iss slash" or "aud slash":
                target[part] = (string?)target[part] + "/";
                return Sign();
            case "aud list":
                payload["aud"] = new JsonArray("shop", "other");
                return Sign();
            case "sub null":
                payload["sub"] = null;
                return Sign();
            case "sub number":
                payload["sub"] = 7;
                return Sign();
            case "ver text" or "iat text" or "exp text":
                payload[part] = payload[part]!.ToJsonString();
                return Sign();
            case "iat future":
                payload["iat"] = (long)payload["iat"]! + 31;
                payload["exp"] = (long)payload["exp"]! + 31;
                return Sign();
            case "nbf future":
                payload["nbf"] = (long)payload["iat"]! + 31;
                return Sign();
            case "nbf text":
                payload["nbf"] = "0";
                return Sign();
            case "exp past":
                payload["iat"] = (long)payload["iat"]! - 930;
                payload["exp"] = (long)payload["exp"]! - 930;
                return Sign();
            case "exp far":
                payload["exp"] = (long)payload["exp"]! + 1;
                return Sign();
            case "exp fraction":
                payload["exp"] = (long)payload["exp"]! - 0.5;
                return Sign();
            case "payload altered":
                payload["sub"] = new string('b', 32);
                return $"{Sign()[..Sign().LastIndexOf('.')]}{good[good.LastIndexOf('.')..]}";
            case "payload no object":
                return Sign(header.ToJsonString(), "[]");
            case "header no object":
                return Sign("[]", payload.ToJsonString());
            case "signature altered":
                return good[..^10] + (good[^10] == 'A' ? 'B' : 'A') + good[^9..];
            case "signature empty":
                return good[..(good.LastIndexOf('.') + 1)];
            case "signature of other":
                return Sign(earlier);
            case "signature DER":
                var text = good[..good.LastIndexOf('.')];
                var bytes = Encoding.ASCII.GetBytes(text);
                var der = key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                return $"{text}.{Base64Url.EncodeToString(der)}";
            case "padding":
                return good + "==";
            case "white space":
                return good.Insert(good.Length - 5, "\n");
            case "dot behind":
                return good + ".";
            case "four parts":
                return good + ".AAAA";
            case "two parts":
                return good[..good.LastIndexOf('.')];
            case "five parts":
                return $"{good}.AAAA.AAAA";
            case "too long":
                payload["more"] = new string('x', 4096);
                return Sign();
            case "empty":
                return "";
            case "not base64":
                return "ä.ö.ü";
        }

        if (rest == "missing")
        {
            target.Remove(part);
            return Sign();
        }

        // "twice": the second one wins with a lenient reader.
        var twice = target.ToJsonString()[..^1] + $",\"{part}\":{target[part]!.ToJsonString()}}}";
        Assert.Equal("twice", rest);
        return target == header ? Sign(twice, payload.ToJsonString()) : Sign(header.ToJsonString(), twice);
    }
}
