using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Functions;

public sealed class ServiceRoutesTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("/api/health/live")]
    [InlineData("/api/health/ready/")]
    public async Task A_healthy_app_says_so(string path)
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        using var request = new HttpRequestMessage(HttpMethod.Get, path);

        Assert.Equal("""{"status":"success","code":200,"data":"success","message":null}""", (await app.SendAsync(request)).Text);
    }

    [Theory]
    [InlineData("Throttles")]
    [InlineData("Accounts")]
    [InlineData("email-jobs")]
    public async Task An_app_without_a_table_or_its_queue_is_alive_but_not_ready(string missing)
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await (missing == "email-jobs" ? app.Queue(missing).DeleteAsync() : app.Table(missing).DeleteAsync());

        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/api/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Client.GetAsync("/api/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Discovery_leads_to_keys_without_their_private_part()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        using var discovery = new HttpRequestMessage(HttpMethod.Get, "/api/.well-known/openid-configuration");
        using var keys = new HttpRequestMessage(HttpMethod.Get, "/api/.well-known/jwks.json");

        var discovered = await app.SendAsync(discovery);
        var configuration = discovered.Json;
        Assert.Equal("public, max-age=300", discovered.Headers["Cache-Control"]);
        Assert.Equal("http://localhost:7071/api", configuration.GetProperty("issuer").GetString());
        Assert.Equal("http://localhost:7071/api/.well-known/jwks.json", configuration.GetProperty("jwks_uri").GetString());
        var published = await app.SendAsync(keys);
        Assert.Equal("public, max-age=300", published.Headers["Cache-Control"]);
        var key = Assert.Single(published.Json.GetProperty("keys").EnumerateArray());
        Assert.Equal(["kty", "use", "alg", "crv", "kid", "x", "y"], key.EnumerateObject().Select(member => member.Name));
    }

    [Fact, Holds("E1")]
    public async Task Another_service_validates_the_tokens_given_only_the_authority()
    {
        var port = Ports.Free();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(),
            new() { ["Tokens:Issuer"] = $"http://127.0.0.1:{port}/api", ["Tokens:Audience"] = "the-shop" },
            time,
            port: port);
        await using var shop = await StartShopAsync($"http://127.0.0.1:{port}/api");
        var token = (await app.SignInAsync("ada@example.com")).GetProperty("access").GetString();
        using var client = new HttpClient
        {
            BaseAddress = new Uri(shop.Urls.Single()),
            DefaultRequestHeaders = { Authorization = new("Bearer", token) },
        };

        Assert.Matches("^[0-9a-f]{32} C$", await client.GetStringAsync("/"));
        client.DefaultRequestHeaders.Authorization = new("Bearer", token![..^4] + "AAAA");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);
    }

    [Fact, Holds("E3")]
    public async Task A_new_key_signs_while_tokens_of_the_old_one_stay_good()
    {
        var (oldKey, newKey) = (NewKey(), NewKey());
        var storage = azurite.NewStorage();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        string oldToken, announced;
        await using (var before = await TestApp.StartAsync(storage, new() { ["Tokens:SigningKey"] = oldKey }, time))
        {
            oldToken = (await before.SignInAsync("ada@example.com")).GetProperty("access").GetString()!;
        }

        // First the coming key is only published; the instances that are not restarted yet still sign with the old one.
        await using (var overlap = await TestApp.StartAsync(
            storage, new() { ["Tokens:SigningKey"] = oldKey, ["Tokens:PreviousSigningKeys"] = newKey }, time))
        {
            announced = await overlap.Client.GetStringAsync("/api/.well-known/jwks.json");
        }

        await using var after = await TestApp.StartAsync(
            storage, new() { ["Tokens:SigningKey"] = newKey, ["Tokens:PreviousSigningKeys"] = oldKey }, time);
        var newToken = (await after.LoginAsync("ada@example.com")).Data.GetProperty("access").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("details", oldToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("details", newToken)).Status);
        Assert.NotEqual(KeyIdOf(oldToken), KeyIdOf(newToken));
        Assert.Contains(KeyIdOf(newToken), announced);

        await using var done = await TestApp.StartAsync(storage, new() { ["Tokens:SigningKey"] = newKey }, time);
        Assert.Equal(HttpStatusCode.Unauthorized, (await done.GetAsync("details", oldToken)).Status);
    }

    private static string NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static string KeyIdOf(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Kid;

    private static async Task<WebApplication> StartShopAsync(string authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization().AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = authority;
            options.Audience = "the-shop";
            options.RequireHttpsMetadata = false;
            options.MapInboundClaims = false;
        });
        var shop = builder.Build();
        shop.UseAuthentication().UseAuthorization();
        shop.MapGet("/", (ClaimsPrincipal user) => $"{user.FindFirstValue("sub")} {user.FindFirstValue("role")}").RequireAuthorization();
        await shop.StartAsync();
        return shop;
    }
}
