using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace AccountFunctions.Security.Factors;

/// <summary>Settings <c>Passkeys__*</c>: passkeys (WebAuthn Level 3).</summary>
public sealed partial class PasskeyOptions : IValidatableObject
{
    /// <summary>
    /// The host name that passkeys belong to: the domain of your web pages, or a parent of it, in lower case. If it is empty, there are no
    /// passkeys. Never change it, because existing passkeys work only with the name they were made for.
    /// </summary>
    public string RelyingPartyId { get; set; } = "";

    /// <summary>
    /// The origins that may use passkeys, separated by commas, such as <c>https://www.example.com</c>. The host of each is
    /// <see cref="RelyingPartyId"/> or below it. An Android app has <c>android:apk-key-hash:</c> and the hash of its certificate.
    /// </summary>
    public string Origins { get; set; } = "";

    /// <summary>Whether the deployment has passkeys.</summary>
    internal bool AreOn => RelyingPartyId.Length > 0;

    /// <summary>The origins as browsers write them.</summary>
    internal IReadOnlySet<string> OriginSet => Origins
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(origin => origin.TrimEnd('/'))
        .ToHashSet(StringComparer.Ordinal);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!AreOn)
        {
            yield break;
        }

        if (!HostName().IsMatch(RelyingPartyId))
        {
            yield return new ValidationResult(
                $"must be a host name in lower case, like example.com, not '{RelyingPartyId}'", [nameof(RelyingPartyId)]);
        }
        else if (OriginSet.Count == 0)
        {
            yield return new ValidationResult($"is required where Passkeys__{nameof(RelyingPartyId)} is set", [nameof(Origins)]);
        }
        else if (OriginSet.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong)
        {
            yield return new ValidationResult(
                $"'{wrong}' is no https:// origin of {RelyingPartyId} or a host below it (http:// for localhost only)", [nameof(Origins)]);
        }
    }

    private bool IsOrigin(string origin) => AndroidApp().IsMatch(origin)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)

            // Browsers send the origin in exactly this form.
            && uri.GetLeftPart(UriPartial.Authority) == origin
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.Host == "localhost"))
            && (uri.Host == RelyingPartyId || uri.Host.EndsWith($".{RelyingPartyId}", StringComparison.Ordinal)));

    [GeneratedRegex(@"\A(?=.{1,253}\z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"\Aandroid:apk-key-hash:[A-Za-z0-9_-]{43}\z")]
    private static partial Regex AndroidApp();
}
