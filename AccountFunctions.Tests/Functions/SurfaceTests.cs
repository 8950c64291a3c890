using System.Net;
using System.Reflection;
using AccountFunctions.Functions;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Tests.Functions;

/// <summary>What the HTTP surface must not do.</summary>
[SharedApp]
public sealed class SurfaceTests(AzuriteFixture azurite) : AppTests(azurite)
{
    [Theory, Holds("B11", "F8", "S5")]
    [InlineData("GET", "activate?username=ada@example.com&code=123456")]
    [InlineData("GET", "activate/?user=1&code=123456")]
    [InlineData("GET", "forgot")]
    [InlineData("GET", "login")]
    [InlineData("PUT", "details")]
    [InlineData("DELETE", "sessions")]
    [InlineData("TRACE", "details")]
    [InlineData("OPTIONS", "details")]
    public async Task Another_method_is_not_found(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/account/{path}");

        Assert.Equal(HttpStatusCode.NotFound, (await App.Client.SendAsync(request)).StatusCode);
    }

    [Fact, Holds("E11")]
    public async Task A_token_in_the_query_is_no_credential()
    {
        var token = (await App.SignInAsync("ada@example.com")).GetProperty("access").GetString();

        Assert.Equal("not_authenticated", (await App.GetAsync($"details?access_token={token}")).Message);
        Assert.DoesNotContain(token!, App.Logs.Text);
    }

    [Fact, Holds("F9", "S13")]
    public async Task No_origin_is_allowed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/account/details")
        {
            Headers = { { "Origin", "https://evil.example" } },
        };
        var answer = await App.SendAsync(request);

        // What scripts of an allowed origin might read is named, but none is allowed.
        Assert.Equal(
            ["Access-Control-Expose-Headers"],
            answer.Headers.Keys.Where(name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact, Holds("F13")]
    public void No_function_requires_a_host_key()
    {
        var triggers = typeof(SignUpRoutes).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .ToList();

        Assert.True(triggers.Count >= 16);
        Assert.All(triggers, trigger => Assert.Equal(AuthorizationLevel.Anonymous, trigger.AuthLevel));
    }

    [Fact, OwnApp, Holds("F11", "S9", "S13")]
    public async Task An_error_reveals_no_internals()
    {
        await App.Table("Addresses").DeleteAsync();
        var answer = await App.LoginAsync("ada@example.com");

        Assert.Equal("""{"status":"error","code":503,"data":null,"message":"unavailable"}""", answer.Text);
        Assert.Contains("TableNotFound", App.Logs.Text);
    }
}
