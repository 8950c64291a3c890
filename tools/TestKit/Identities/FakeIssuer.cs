using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace TestKit;

/// <summary>A provider of identities on loopback, whose metadata, keys and outages a test sets. It signs whatever the test wants.</summary>
public sealed class FakeIssuer : IAsyncDisposable
{
    public const string Audience = "example-app";
    private readonly WebApplication app;
    private int requests;

    private FakeIssuer(WebApplication app, string name, string issuer)
    {
        (this.app, Name, Issuer) = (app, name, issuer);
        Keys.Add(Key = new IssuerKey("1"));
        Metadata = new JsonObject
        {
            ["issuer"] = issuer,
            ["jwks_uri"] = $"{Root}/keys",
            ["authorization_endpoint"] = $"{Root}/authorize",
            ["token_endpoint"] = $"{Root}/token",
            ["userinfo_endpoint"] = $"{Root}/userinfo",
        };
    }

    /// <summary>The name of the provider in the settings.</summary>
    public string Name { get; }

    public string Issuer { get; }

    /// <summary>What signs unless the test says otherwise.</summary>
    public IssuerKey Key { get; set; }

    public List<IssuerKey> Keys { get; } = [];

    /// <summary>What it publishes beside its keys.</summary>
    public List<JsonObject> Published { get; } = [];

    public JsonObject Metadata { get; }

    /// <summary>What it answers instead of its metadata; null: nothing else.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>What it answers to the exchange of a code.</summary>
    public Func<IFormCollection, HttpContext, JsonObject>? Exchange { get; set; }

    /// <summary>What it tells of the user of an access token; null: 404.</summary>
    public Func<HttpContext, Task>? UserInfo { get; set; }

    /// <summary>How often its keys were fetched.</summary>
    public int Requests => requests;

    private string Root => new Uri(Issuer.Replace("{tenantid}", "common", StringComparison.Ordinal)).GetLeftPart(UriPartial.Authority);

    public static async Task<FakeIssuer> StartAsync(string name, string path = "")
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var issuer = new FakeIssuer(app, name, $"http://127.0.0.1:{port}{path}");
        var prefix = path.Replace("{tenantid}", "common", StringComparison.Ordinal);
        app.MapGet($"{prefix}/.well-known/openid-configuration", async context =>
            await (issuer.Instead?.Invoke(context) ?? context.Response.WriteAsync(issuer.Metadata.ToJsonString())));
        app.MapGet("/keys", async context =>
        {
            Interlocked.Increment(ref issuer.requests);
            await context.Response.WriteAsync(new JsonObject
            {
                ["keys"] = new JsonArray(
                    [.. issuer.Keys.Select(key => key.Public).Concat(issuer.Published).Select(key => key.DeepClone())]),
            }.ToJsonString());
        });
        app.MapPost("/token", async context =>
        {
            var answer = issuer.Exchange?.Invoke(await context.Request.ReadFormAsync(), context) ?? new JsonObject();
            await context.Response.WriteAsJsonAsync(answer);
        });
        app.MapGet("/userinfo", async context =>
        {
            context.Response.StatusCode = issuer.UserInfo is null ? 404 : 200;
            await (issuer.UserInfo?.Invoke(context) ?? Task.CompletedTask);
        });
        await app.StartAsync();
        return issuer;
    }

    /// <summary>The settings with which the app knows it.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        [$"Providers:{Name}:Issuer"] = Issuer,
        [$"Providers:{Name}:Audiences"] = $"{Audience},example-ios",
    };

    /// <summary>The claims of a token for a user with a verified address.</summary>
    public JsonObject Claims(DateTimeOffset now, string subject, string? email) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = subject,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        ["email"] = email,
        ["email_verified"] = true,
        ["given_name"] = "Ada",
        ["family_name"] = "Lovelace",
    };

    /// <summary>A token for a user with a verified address, changed as the test wants.</summary>
    public string Token(DateTimeOffset now, string subject, string? email, Action<JsonObject>? change = null)
    {
        var claims = Claims(now, subject, email);
        change?.Invoke(claims);
        return Key.Sign(claims);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>A key that signs ID tokens.</summary>
public sealed class IssuerKey
{
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;

    public IssuerKey(string id, string algorithm = "RS256", int bits = 2048)
    {
        (Id, Algorithm) = (id, algorithm);
        if (algorithm[0] is 'E')
        {
            ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var key = ecdsa.ExportParameters(false);
            Public = new JsonObject
            {
                ["kty"] = "EC",
                ["crv"] = "P-256",
                ["x"] = Base64UrlEncoder.Encode(key.Q.X),
                ["y"] = Base64UrlEncoder.Encode(key.Q.Y),
            };
        }
        else
        {
            rsa = RSA.Create(bits);
            var key = rsa.ExportParameters(false);
            Public = new JsonObject
            {
                ["kty"] = "RSA",
                ["n"] = Base64UrlEncoder.Encode(key.Modulus),
                ["e"] = Base64UrlEncoder.Encode(key.Exponent),
            };
        }

        (Public["kid"], Public["use"]) = (id, "sig");
    }

    public string Id { get; }

    public string Algorithm { get; }

    /// <summary>As the provider publishes it.</summary>
    public JsonObject Public { get; }

    public string Pem => rsa?.ExportSubjectPublicKeyInfoPem() ?? ecdsa?.ExportSubjectPublicKeyInfoPem() ?? "";

    public JsonObject Header => new() { ["alg"] = Algorithm, ["kid"] = Id, ["typ"] = "JWT" };

    public string Sign(JsonObject claims, Action<JsonObject>? change = null)
    {
        var header = Header;
        change?.Invoke(header);
        return Sign(header.ToJsonString(), claims.ToJsonString());
    }

    /// <summary>Signs texts that no serializer writes.</summary>
    public string Sign(string header, string claims, Func<byte[], byte[]>? signature = null)
    {
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}";
        return $"{signed}.{Base64UrlEncoder.Encode((signature ?? Signature)(Encoding.ASCII.GetBytes(signed)))}";
    }

    public byte[] Signature(byte[] content) =>
        rsa?.SignData(content, HashAlgorithmName.SHA256, Algorithm is "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
        ?? ecdsa?.SignData(content, HashAlgorithmName.SHA256)
        ?? [];

    /// <summary>As X.509 writes it, and JWS does not.</summary>
    public byte[] DerSignature(byte[] content) =>
        ecdsa?.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) ?? [];
}
