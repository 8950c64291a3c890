using System.Diagnostics.CodeAnalysis;

namespace LocalHost.Mail;

/// <summary>A connection string of Communication Services: <c>endpoint=https://…;accesskey=base64</c>.</summary>
internal sealed record ConnectionString(Uri Endpoint, string AccessKey)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ConnectionString? connection)
    {
        string? endpoint = null, accessKey = null;
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("endpoint=", StringComparison.OrdinalIgnoreCase))
            {
                endpoint = part["endpoint=".Length..];
            }
            else if (part.StartsWith("accesskey=", StringComparison.OrdinalIgnoreCase))
            {
                accessKey = part["accesskey=".Length..];
            }
        }

        connection = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            && accessKey is not null
            && Convert.TryFromBase64String(accessKey, new byte[accessKey.Length], out _)
            ? new ConnectionString(uri, accessKey)
            : null;
        return connection is not null;
    }
}
