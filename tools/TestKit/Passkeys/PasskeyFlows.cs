using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestKit;

/// <summary>What people do with passkeys.</summary>
public static class PasskeyFlows
{
    /// <summary>The options of a call, and its state.</summary>
    public static async Task<(JsonElement Options, string State)> BeginAsync(
        this TestApp app, string operation, string? access, object? body = null)
    {
        var answer = await app.PostAsync(operation, body ?? new { password = TestApp.Password }, access);
        Assert.True(answer.Status is HttpStatusCode.OK, answer.Text);
        return (answer.Data.GetProperty("options"), answer.Data.GetProperty("state").GetString() ?? "");
    }

    /// <summary>Adds a passkey to the account of an access token.</summary>
    public static async Task<Answer> AddPasskeyAsync(
        this TestApp app, string? access, SoftAuthenticator authenticator, int algorithm = SoftPasskey.ES256, string? name = null)
    {
        var (options, state) = await app.BeginAsync("passkeys/options", access);
        return await app.PostAsync("passkeys", new { state, credential = authenticator.Create(options, algorithm), name }, access);
    }

    /// <summary>A new account that has a passkey, signed in by its password.</summary>
    public static async Task<JsonElement> SignInWithNewPasskeyAsync(
        this TestApp app, string username, SoftAuthenticator authenticator, int algorithm = SoftPasskey.ES256)
    {
        var login = await app.SignInAsync(username);
        var added = await app.AddPasskeyAsync(login.GetProperty("access").GetString(), authenticator, algorithm);
        Assert.True(added.Status is HttpStatusCode.OK, added.Text);
        return login;
    }

    /// <summary>Signs in with the last passkey of an authenticator, or with another.</summary>
    public static async Task<Answer> LoginWithPasskeyAsync(
        this TestApp app, SoftAuthenticator authenticator, SoftPasskey? passkey = null, string? device = null)
    {
        var (options, state) = await app.BeginAsync("login/passkey/options", null);
        return await app.PostAsync("login/passkey", new { state, credential = authenticator.Get(options, passkey), device });
    }

    /// <summary>What confirms a change in place of the password.</summary>
    public static async Task<JsonObject> ConfirmAsync(this TestApp app, string? access, SoftAuthenticator authenticator)
    {
        var (options, state) = await app.BeginAsync("passkeys/confirmation", access);
        return new JsonObject { ["state"] = state, ["credential"] = authenticator.Get(options) };
    }
}
