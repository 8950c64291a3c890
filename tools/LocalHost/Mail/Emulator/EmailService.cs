using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalHost.Mail;

/// <summary>The two calls of the REST API. Attachments and copies are accepted and ignored.</summary>
internal sealed class EmailService(Mailbox mailbox, FaultQueue faults)
{
    public static async ValueTask<object?> CheckApiVersionAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.Query["api-version"].ToString() switch
        {
            "2023-03-31" or "2024-07-01-preview" or "2025-09-01" => await next(context),
            "" => new ServiceError(400, "MissingApiVersionParameter", "The query parameter api-version is missing."),
            _ => new ServiceError(
                400, "UnsupportedApiVersionValue", "The api-version is not one of 2023-03-31, 2024-07-01-preview, 2025-09-01."),
        };

    public async Task<IResult> SendAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        SendRequest? message;
        try
        {
            message = await JsonSerializer.DeserializeAsync(request.Body, EmailWire.Default.SendRequest, cancellationToken);
        }
        catch (JsonException exception)
        {
            return BadRequest(exception.Message);
        }

        var now = TimeProvider.System.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        if (request.Headers.TryGetValue("Operation-Id", out var wanted) && !Guid.TryParse(wanted, out id))
        {
            return BadRequest("The header Operation-Id is not a UUID.");
        }

        if (message is not
            {
                SenderAddress: { Length: > 0 } from,
                Content: { Subject: { Length: > 0 } subject } content,
                Recipients.To: { Count: > 0 } recipients,
            })
        {
            return BadRequest("Required are senderAddress, content with subject, and recipients with to.");
        }

        if (string.IsNullOrEmpty(content.PlainText) && string.IsNullOrEmpty(content.Html))
        {
            return BadRequest("The content has neither plainText nor html.");
        }

        string[] to = [.. recipients.Select(recipient => recipient?.Address ?? "")];
        if (to.Append(from).FirstOrDefault(address => !SendAddress.IsValid(address)) is { } invalid)
        {
            return BadRequest($"Invalid format for email address: '{invalid}'.");
        }

        var fault = faults.Take();
        if (fault?.OperationStatus is { } failed)
        {
            mailbox.Add(
                new OperationStatus($"{id}", failed, new ErrorDetail(fault.Code ?? "EmailDropped", fault.Message)), null);
        }
        else if (fault?.Status is null)
        {
            mailbox.Add(
                new OperationStatus($"{id}", "Succeeded"), new ReceivedMail(id, to, from, subject, content.PlainText, content.Html, now));
        }

        if (fault?.DelayMs is { } milliseconds)
        {
            await Task.Delay(milliseconds, cancellationToken);
        }

        return fault?.Status is { } status
            ? new ServiceError(status, fault.Code ?? $"{(HttpStatusCode)status}", fault.Message, fault.RetryAfter)
            : Accepted(request, id);
    }

    /// <summary>The first query finds a send running, later ones find it completed.</summary>
    public IResult GetStatus(string id) =>
        mailbox.FindOutcome(id) is { } outcome
            ? Results.Json(outcome, EmailWire.Default.OperationStatus)
            : new ServiceError(404, "NotFound", "No operation has this id.");

    private static IResult Accepted(HttpRequest request, Guid id)
    {
        var headers = request.HttpContext.Response.Headers;
        headers["Operation-Location"] = $"{request.Scheme}://{request.Host}/emails/operations/{id}{request.QueryString}";
        headers.RetryAfter = "20";
        return Results.Json(new OperationStatus($"{id}", "Running"), EmailWire.Default.OperationStatus, statusCode: 202);
    }

    private static ServiceError BadRequest(string message) => new(400, "BadRequest", message);
}
