using System.Diagnostics;
using System.Net;
using AccountFunctions.Security.Identities;
using LocalHost.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace AccountFunctions.Tests.Identities;

/// <summary>The sign-in of a browser at a real OpenID provider, and a rotation of its keys.</summary>
public sealed class RealIssuerTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Return = "https://app.example.com/signed-in";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private Process provider = null!;

    protected override async Task<TestApp> StartAsync(string storage)
    {
        var folder = Repository.PathTo("AccountFunctions.Tests", "Identities", "Issuer");
        await NpmInstall.EnsureAsync(folder, folder, CancellationToken.None);
        provider = NpmInstall.Run(new ProcessStartInfo(
            "node", [Path.Combine(folder, "issuer.mjs"), "http://localhost:7071/api/account/login/external/acme/callback"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        _ = provider.StandardError.BaseStream.CopyToAsync(Stream.Null);

        // The provider signs with the time of the machine.
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        return await TestApp.StartAsync(
            storage,
            new()
            {
                ["Providers:acme:Issuer"] = await provider.StandardOutput.ReadLineAsync(),
                ["Providers:acme:ClientId"] = "web",
                ["Providers:acme:ClientSecret"] = "secret",
                ["Providers:ReturnUrls"] = Return,
            },
            time);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        provider.StandardInput.Close();
        await provider.WaitForExitAsync();
        provider.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact, Holds("J11", "J13")]
    public async Task A_user_signs_in_at_a_real_provider_before_and_after_it_rotates_its_keys()
    {
        var first = await SignInAsync();
        Assert.Equal("ada@example.com", first.Data.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("Lovelace", first.Data.GetProperty("user").GetProperty("last_name").GetString());
        await provider.StandardInput.WriteLineAsync();
        Assert.Equal("ok", await provider.StandardOutput.ReadLineAsync());
        App.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(HttpStatusCode.OK, (await SignInAsync()).Status);
    }

    private async Task<Answer> SignInAsync()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var challenge = AuthorizationFlow.ChallengeOf(Verifier);
        var begun = await App.GetAsync($"login/external/acme?return_url={Uri.EscapeDataString(Return)}&code_challenge={challenge}");
        var next = new Uri(begun.Headers["Location"]);

        // The provider asks itself for a sign-in and for consent, until it sends the browser back.
        for (var steps = 0; next.Port != 7071; steps++)
        {
            Assert.InRange(steps, 0, 10);
            using var answer = await browser.GetAsync(next);
            Assert.True(answer.Headers.Location is not null, await answer.Content.ReadAsStringAsync());
            next = new Uri(next, answer.Headers.Location);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, next.PathAndQuery);
        request.Headers.Add("Cookie", begun.Headers["Set-Cookie"].Split(';')[0]);
        var ended = await App.SendAsync(request);
        var code = QueryHelpers.ParseQuery(new Uri(ended.Headers["Location"]).Query)["login_code"].ToString();
        Assert.True(code.Length > 0, $"{ended.Headers["Location"]}\n{App.Logs.Text}");
        return await App.PostAsync("login/external", new { login_code = code, verifier = Verifier });
    }
}
