using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// What a browser keeps while its user is at a provider: a sealed cookie, so that only the browser that began a sign-in can end it (RFC
/// 9700 §4.7). Each sign-in has a cookie of its own, so that several tabs can sign in at once.
/// </summary>
public sealed class ExternalStates(IOptions<CodeOptions> options, TimeProvider time)
{
    private const string Use = "external-state";
    private const string Prefix = "__Host-external-";

    // Besides the one that begins: more than tabs in which anybody signs in at once.
    private const int MaxOlder = 7;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly Lazy<Seal> seal = new(() => new Seal(DerivedKey.From(options.Value.Key, Use)));

    /// <param name="isCrossSite">Whether the provider's site posts the answer: then browsers send only such a cookie.</param>
    public string Cookie(ExternalState state, bool isCrossSite)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(state, ExternalJson.Default.ExternalState);
        return Cookie(state.State, seal.Value.Close(content, Use), (int)Lifetime.TotalSeconds, isCrossSite);
    }

    /// <summary>Ends the cookie of a state.</summary>
    public static string Ended(string state, bool isCrossSite) => Cookie(state, "", 0, isCrossSite);

    /// <summary>
    /// Ends the cookies of older sign-ins. Any page can begin some in a visitor's browser, and a browser with too many sends requests that
    /// servers refuse.
    /// </summary>
    /// <param name="cookies">The header <c>Cookie</c>.</param>
    public IEnumerable<string> EndOlder(string? cookies, bool isCrossSite) => ValuesOf(cookies, Prefix)
        .Select(value => Open(value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]))
        .OfType<ExternalState>()
        .OrderByDescending(state => state.Issued)
        .Skip(MaxOlder)
        .Select(state => Ended(state.State, isCrossSite));

    /// <summary>What this browser began with this state; null if it did not, or too long ago.</summary>
    /// <param name="cookies">The header <c>Cookie</c>.</param>
    public ExternalState? Find(string? state, string? cookies) =>
        state is not null
        && Open(ValuesOf(cookies, $"{NameOf(state)}=").FirstOrDefault()) is { } found
        && time.GetUtcNow() < found.Issued + Lifetime
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(found.State), Encoding.UTF8.GetBytes(state))
            ? found
            : null;

    /// <returns>What follows the prefix in each cookie.</returns>
    private static IEnumerable<string> ValuesOf(string? cookies, string prefix) => (cookies ?? "")
        .Split(';', StringSplitOptions.TrimEntries)
        .Where(cookie => cookie.StartsWith(prefix, StringComparison.Ordinal))
        .Select(cookie => cookie[prefix.Length..]);

    private ExternalState? Open(string? value)
    {
        try
        {
            return value is { Length: > 0 } && seal.Value.TryOpen(value, Use, out var content, out _)
                ? JsonSerializer.Deserialize(content, ExternalJson.Default.ExternalState)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Cookie(string state, string value, int seconds, bool isCrossSite) =>
        $"{NameOf(state)}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite={(isCrossSite ? "None" : "Lax")}";

    private static string NameOf(string state) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 8));
}

/// <summary>A sign-in that a browser has begun.</summary>
/// <param name="Nonce">In the ID token.</param>
/// <param name="Verifier">Of PKCE between this app and the provider.</param>
/// <param name="CodeChallenge">Of PKCE between the client and this app.</param>
public sealed record ExternalState(
    string Provider, string State, string Nonce, string Verifier, string ReturnUrl, string CodeChallenge, DateTimeOffset Issued);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExternalState))]
[JsonSerializable(typeof(LoginCodeContent))]
internal sealed partial class ExternalJson : JsonSerializerContext;
