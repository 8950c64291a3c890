using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LocalRuntime.Communication;

/// <summary>Communication Services Email as its REST documentation describes it, with the mails kept in memory to be looked at.</summary>
public static class EmailEmulator
{
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly JsonSerializerOptions FaultJson = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="accessKey">Base64; requests signed with another one are refused.</param>
    public static void MapEmailEmulator(this IEndpointRouteBuilder routes, string accessKey)
    {
        var mailbox = new Mailbox();
        routes.MapPost("/emails:send", http => SendAsync(http, mailbox, accessKey));
        routes.MapGet("/emails/operations/{id}", http => ShowOperationAsync(http, mailbox, accessKey));
        routes.MapGet("/emailMessages", http => http.Response.WriteAsJsonAsync(mailbox.List(http.Request.Query["to"]), Json));
        routes.MapDelete("/emailMessages", http =>
        {
            mailbox.Clear();
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        routes.MapPost("/emulator/faults", http => AddFaultAsync(http, mailbox));
        OutboxPage.Map(routes);
    }

    private static async Task SendAsync(HttpContext http, Mailbox mailbox, string accessKey)
    {
        var body = await ReadBodyAsync(http);
        if (!await IsSignedAsync(http, body, accessKey))
        {
            return;
        }

        if (await mailbox.MeetFaultAsync() is { Status: { } status } fault)
        {
            if (fault.RetryAfter is { } wait)
            {
                http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            }

            await RefuseAsync(http, status, status == 429 ? "TooManyRequests" : "InternalServerError", "A scripted fault.");
            return;
        }

        if (SentMail.Parse(body, TimeProvider.System.GetUtcNow(), out var mail) is { } problem)
        {
            await RefuseAsync(http, 400, "BadRequest", problem);
            return;
        }

        var operationId = Guid.TryParse(http.Request.Headers["Operation-Id"], out var given) ? given : Guid.CreateVersion7();
        mailbox.Add(mail, operationId);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.Headers["Operation-Location"] = $"{http.Request.Scheme}://{http.Request.Host}/emails/operations/{operationId}{http.Request.QueryString}";
        http.Response.Headers.RetryAfter = "20";
        await http.Response.WriteAsJsonAsync(new { id = operationId, status = "Running" }, Json);
    }

    private static async Task ShowOperationAsync(HttpContext http, Mailbox mailbox, string accessKey)
    {
        if (!await IsSignedAsync(http, [], accessKey))
        {
            return;
        }

        if (!Guid.TryParse(http.Request.RouteValues["id"]?.ToString(), out var id) || mailbox.Find(id) is not { } outcome)
        {
            await RefuseAsync(http, 404, "NotFound", "There is no such operation.");
            return;
        }

        await http.Response.WriteAsJsonAsync(new { id, status = outcome.Status, error = outcome.Code is null ? null : new { code = outcome.Code, message = "A scripted fault." } }, Json);
    }

    private static async Task AddFaultAsync(HttpContext http, Mailbox mailbox)
    {
        try
        {
            mailbox.Add(JsonSerializer.Deserialize<Fault>(await ReadBodyAsync(http), FaultJson) ?? throw new JsonException("null"));
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (JsonException e)
        {
            await RefuseAsync(http, 400, "BadRequest", e.Message);
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    // Which date header is signed differs between the SDK and the REST documentation; SignedHeaders tells.
    private static async Task<bool> IsSignedAsync(HttpContext http, byte[] body, string accessKey)
    {
        var request = http.Request;
        var hash = request.Headers["x-ms-content-sha256"].ToString();
        var authorization = request.Headers.Authorization.ToString();
        foreach (var dateHeader in new[] { "date", "x-ms-date" })
        {
            var date = request.Headers[dateHeader].ToString();
            var pathAndQuery = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? request.GetEncodedPathAndQuery();
            var signature = Signature.Compute(request.Method, pathAndQuery, date, request.Host.Value ?? "", hash, accessKey);
            if (IsSame(authorization, $"HMAC-SHA256 SignedHeaders={dateHeader};host;x-ms-content-sha256&Signature={signature}")
                && IsSame(hash, Signature.HashContent(body))
                && DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, out var sent)
                && (TimeProvider.System.GetUtcNow() - sent).Duration() <= MaxClockSkew)
            {
                return true;
            }
        }

        await RefuseAsync(http, 401, "Unauthorized", "The request is not signed with the access key, or not lately.");
        return false;
    }

    private static bool IsSame(string left, string right) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static Task RefuseAsync(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        http.Response.Headers["x-ms-error-code"] = code;
        return http.Response.WriteAsJsonAsync(new { error = new { code, message } }, Json);
    }
}
