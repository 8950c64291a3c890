using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using OtpNet;

namespace TestKit;

/// <summary>An account with an authenticator app, signed in.</summary>
/// <param name="Access">The access token of the session that set it up, without the second factor.</param>
/// <param name="RecoveryCodes">The codes that the app showed.</param>
public sealed record Authenticator(
    FakeTimeProvider Time,
    string Access,
    string? Refresh,
    string? Device,
    string Secret,
    string Uri,
    IReadOnlyList<string> RecoveryCodes)
{
    /// <summary>The code that the app shows now.</summary>
    public string Code => CodeOf(Secret, Time.GetUtcNow());

    /// <summary>The code of a secret in base32.</summary>
    public static string CodeOf(string secret, DateTimeOffset when) =>
        new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(when.UtcDateTime);

    /// <summary>How the user signed in, as the access token of an answer says.</summary>
    public static IEnumerable<string> MethodsOf(JsonElement tokens) =>
        new JsonWebToken(tokens.GetProperty("access").GetString()).Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value);
}

public static class AuthenticatorSetUp
{
    /// <summary>Registers, activates, signs in and sets up an authenticator app.</summary>
    public static async Task<Authenticator> EnrolAsync(this TestApp app, string username) =>
        await app.EnrolAsync(await app.SignInAsync(username));

    /// <summary>Sets up an authenticator app.</summary>
    /// <param name="login">The answer to the sign-in.</param>
    public static async Task<Authenticator> EnrolAsync(this TestApp app, JsonElement login)
    {
        var access = login.GetProperty("access").GetString() ?? "";
        var secret = (await app.PostAsync("totp", new { password = TestApp.Password }, access)).Data;
        var (text, uri) = (secret.GetProperty("secret").GetString() ?? "", secret.GetProperty("uri").GetString() ?? "");
        var confirmed = await app.PostAsync("totp/confirm", new { code = Authenticator.CodeOf(text, app.Time.GetUtcNow()) }, access);
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);
        return new Authenticator(
            app.Time,
            access,
            login.GetProperty("refresh").GetString(),
            login.GetProperty("device").GetString(),
            text,
            uri,
            [.. confirmed.Data.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString() ?? "")]);
    }
}
