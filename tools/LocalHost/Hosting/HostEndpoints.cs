using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LocalHost.Hosting;

/// <summary>What the Functions host itself serves to callers without its keys.</summary>
internal static class HostEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/host/ping", () => Results.Ok());
        app.Map("/admin/{**path}", (HttpResponse response) =>
        {
            response.Headers.WWWAuthenticate = "Bearer";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        });
        app.Map("/runtime/webhooks/{**path}", () => Results.StatusCode(StatusCodes.Status401Unauthorized));
    }
}
