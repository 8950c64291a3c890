using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalHost.Mail;

/// <summary>Admits only requests that were signed with the access key within the last minutes and are unaltered.</summary>
internal sealed partial class AccessKeyFilter(byte[] key) : IEndpointFilter
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        request.EnableBuffering();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return FindFlaw(request, body.ToArray()) is { } flaw ? new ServiceError(401, "Unauthorized", flaw) : await next(context);
    }

    private string? FindFlaw(HttpRequest request, byte[] body)
    {
        var authorization = AuthorizationPattern().Match(request.Headers.Authorization.ToString());
        if (!authorization.Success)
        {
            return "The Authorization header is missing or not of the form "
                + "'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=…'.";
        }

        // The SDKs sign Date, the REST documentation x-ms-date, which browsers may set.
        var date = request.Headers[authorization.Groups["date"].Value].ToString();
        if (!DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)
            || (TimeProvider.System.GetUtcNow() - signedAt).Duration() > ClockSkew)
        {
            return "The signed date header is missing, not in RFC 1123 form or more than five minutes off.";
        }

        var contentHash = AccessKeySignature.HashContent(body);
        if (request.Headers["x-ms-content-sha256"] != contentHash)
        {
            return "The header x-ms-content-sha256 is missing or not the hash of the body.";
        }

        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var signature = AccessKeySignature.Compute(key, request.Method, target, date, request.Host.Value ?? "", contentHash);
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(authorization.Groups["signature"].Value))
            ? null
            : "The signature does not match the request and the access key.";
    }

    [GeneratedRegex(
        "^HMAC-SHA256 SignedHeaders=(?<date>(x-ms-)?date);host;x-ms-content-sha256&Signature=(?<signature>.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex AuthorizationPattern();
}
