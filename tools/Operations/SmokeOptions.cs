namespace Operations;

/// <summary>The options of <see cref="SmokeCommand"/>.</summary>
/// <param name="BaseUrl">The deployment's API, without a trailing slash.</param>
/// <param name="Issuer">The expected issuer of its tokens.</param>
public sealed record SmokeOptions(string BaseUrl, string Issuer, string? SigningKeyFile, string? Address)
{
    /// <summary>Null if the arguments are invalid.</summary>
    public static SmokeOptions? Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [("--base-url" or "--issuer" or "--signing-key" or "--register") and var name, var value]
                || !values.TryAdd(name, value))
            {
                return null;
            }
        }

        if (values.GetValueOrDefault("--base-url")?.TrimEnd('/') is not { } url || !IsUrl(url))
        {
            return null;
        }

        return new SmokeOptions(
            url,
            values.GetValueOrDefault("--issuer")?.TrimEnd('/') ?? url,
            values.GetValueOrDefault("--signing-key"),
            values.GetValueOrDefault("--register"));
    }

    internal static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback);
}
