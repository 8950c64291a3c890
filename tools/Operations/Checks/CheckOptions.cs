using AccountFunctions.Contract.Fields;

namespace Operations.Checks;

/// <summary>The options of <see cref="CheckCommand"/>.</summary>
/// <param name="BaseUrl">The deployment's API, without a trailing slash.</param>
/// <param name="Username">A test address of the deployment, in its canonical form.</param>
/// <param name="Code">The code of the test address.</param>
/// <param name="JUnitFile">Where to write the results; null: nowhere.</param>
public sealed record CheckOptions(string BaseUrl, string Username, string Code, string? JUnitFile)
{
    /// <summary>Null if the arguments are invalid.</summary>
    public static CheckOptions? Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [("--base-url" or "--username" or "--code" or "--junit") and var name, var value]
                || !values.TryAdd(name, value))
            {
                return null;
            }
        }

        return values.GetValueOrDefault("--base-url")?.TrimEnd('/') is { } url && SmokeOptions.IsUrl(url)
            && EmailAddress.TryParse(values.GetValueOrDefault("--username"), out var address)
            && values.GetValueOrDefault("--code") is { Length: > 0 } code && code.All(char.IsAsciiDigit)
            ? new CheckOptions(url, address.Canonical, code, values.GetValueOrDefault("--junit"))
            : null;
    }
}
