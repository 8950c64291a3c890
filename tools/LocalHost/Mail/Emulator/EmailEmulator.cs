using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalHost.Mail;

/// <summary>A local Azure Communication Services Email that delivers into memory, for developers (<c>/outbox</c>) and tests.</summary>
public static class EmailEmulator
{
    /// <param name="accessKey">The base64 key with which clients sign; the <c>accesskey</c> of their connection string.</param>
    /// <param name="file">Keeps the mails across restarts; null keeps them in memory.</param>
    /// <param name="anyHost">True: serve the mails under any name of this machine, so that others on the network can read them.</param>
    /// <exception cref="FormatException">The key is not base64.</exception>
    public static IEndpointRouteBuilder MapEmailEmulator(
        this IEndpointRouteBuilder routes, string accessKey, string? file = null, bool anyHost = false)
    {
        var mailbox = new Mailbox(file);
        var faults = new FaultQueue();
        var service = new EmailService(mailbox, faults);

        // Mails hold codes: a web page whose name resolves to this machine must not read them.
        var local = anyHost ? routes.MapGroup("") : routes.MapGroup("").RequireHost("localhost", "127.0.0.1");

        // Nor may a page of another origin change anything: a browser sends simple requests without asking first.
        local.AddEndpointFilter(async (context, next) => IsForeign(context.HttpContext.Request)
            ? new ServiceError(403, "ForeignOrigin", "Pages of other origins may not change the emulator.")
            : await next(context));

        var signed = local.MapGroup("")
            .AddEndpointFilter(new AccessKeyFilter(Convert.FromBase64String(accessKey)))
            .AddEndpointFilter(EmailService.CheckApiVersionAsync);
        signed.MapPost("/emails:send", service.SendAsync);
        signed.MapGet("/emails/operations/{id}", service.GetStatus);

        local.MapGet("/emailMessages", (string? to) => mailbox.Find(to));
        local.MapDelete("/emailMessages", () => NoContent(mailbox.Clear));
        local.MapPost("/emulator/faults", faults.AddAsync);
        local.MapDelete("/emulator/faults", () => NoContent(faults.Clear));
        OutboxPage.Map(local);
        return routes;
    }

    private static bool IsForeign(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method)
        && request.Headers.Origin is [{ } origin, ..]
        && origin != $"{request.Scheme}://{request.Host}";

    private static IResult NoContent(Action clear)
    {
        clear();
        return Results.NoContent();
    }
}
