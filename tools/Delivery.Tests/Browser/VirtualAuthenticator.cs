using System.Text.Json;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>Chromium's own authenticator for tests (WebAuthn §11.2), which stores passkeys and checks its user as the test says.</summary>
public sealed class VirtualAuthenticator
{
    private readonly ICDPSession session;
    private readonly string id;

    private VirtualAuthenticator(ICDPSession session, string id) => (this.session, this.id) = (session, id);

    /// <param name="isTouched">Whether somebody touches it as soon as a page asks.</param>
    public static async Task<VirtualAuthenticator> AddAsync(BrowserPage page, bool isTouched)
    {
        var session = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await session.SendAsync("WebAuthn.enable", new Dictionary<string, object> { ["enableUI"] = false });
        var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = isTouched,
            },
        });
        return new VirtualAuthenticator(session, added!.Value.GetProperty("authenticatorId").GetString()!);
    }

    /// <summary>Whether somebody touches it as soon as a page asks.</summary>
    public Task TouchAsync(bool isTouched) => SendAsync("setAutomaticPresenceSimulation", ("enabled", isTouched));

    /// <summary>Whether it recognises its user.</summary>
    public Task VerifyAsync(bool isVerified) => SendAsync("setUserVerified", ("isUserVerified", isVerified));

    /// <summary>The user names of the passkeys that it has.</summary>
    public async Task<IReadOnlyList<string>> UsersAsync() =>
    [
        .. (await SendAsync("getCredentials"))!.Value.GetProperty("credentials").EnumerateArray()
            .Select(credential => credential.GetProperty("userName").GetString()!).Order(),
    ];

    private Task<JsonElement?> SendAsync(string command, params (string Name, object Value)[] options) => session.SendAsync(
        $"WebAuthn.{command}",
        options.Append(("authenticatorId", id)).ToDictionary(option => option.Item1, option => option.Item2));
}
