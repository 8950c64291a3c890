using System.Data.Common;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Communication.Email;

/// <summary>Sends mail with Azure Communication Services: the part of package Azure.Communication.Email 1.1.0 that the app uses.</summary>
public class EmailClient
{
    private readonly Uri endpoint;
    private readonly HttpPipeline pipeline;
    private readonly string apiVersion;

    /// <param name="connectionString"><c>endpoint=https://…;accesskey=…</c></param>
    public EmailClient(string connectionString)
        : this(connectionString, new EmailClientOptions())
    {
    }

    public EmailClient(string connectionString, EmailClientOptions options)
        : this(new Uri(Required(connectionString, "endpoint")), new AzureKeyCredential(Required(connectionString, "accesskey")), options)
    {
    }

    public EmailClient(Uri endpoint, AzureKeyCredential credential, EmailClientOptions? options = null)
        : this(endpoint, new AccessKeyPolicy(credential ?? throw new ArgumentNullException(nameof(credential))), options)
    {
    }

    public EmailClient(Uri endpoint, TokenCredential credential, EmailClientOptions? options = null)
        : this(endpoint, new BearerTokenAuthenticationPolicy(credential, "https://communication.azure.com//.default"), options)
    {
    }

#pragma warning disable CS8618 // For mocks, which override every method.
    protected EmailClient()
    {
    }
#pragma warning restore CS8618

    private EmailClient(Uri endpoint, HttpPipelinePolicy authentication, EmailClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new EmailClientOptions();
        this.endpoint = endpoint;
        pipeline = HttpPipelineBuilder.Build(options, authentication);
        apiVersion = options.ApiVersion;
    }

    /// <inheritdoc cref="SendAsync(WaitUntil, EmailMessage, Guid, CancellationToken)"/>
    public virtual Task<EmailSendOperation> SendAsync(
        WaitUntil wait, EmailMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(wait, message, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), cancellationToken);

    /// <summary>
    /// Hands a mail to the service. With <see cref="WaitUntil.Completed"/>, polls until the service has sent the mail, which takes a while.
    /// </summary>
    /// <exception cref="ArgumentException">The message lacks something that the service requires.</exception>
    /// <exception cref="RequestFailedException">The service refused, or the send failed during the wait.</exception>
    public virtual async Task<EmailSendOperation> SendAsync(
        WaitUntil wait, EmailMessage message, Guid operationId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.Validate();

        using var request = CreateRequest(RequestMethod.Post, "/emails:send");
        request.Headers.Add("Operation-Id", operationId.ToString());
        request.Headers.Add(HttpHeader.Common.JsonContentType);
        request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(ToWire(message), EmailWire.Default.SendRequest));
        var response = await pipeline.SendRequestAsync(request, cancellationToken);
        var operation = new EmailSendOperation(this, response.Status == 202 ? response : throw new RequestFailedException(response));
        if (wait == WaitUntil.Completed)
        {
            await operation.WaitForCompletionAsync(cancellationToken);
        }

        return operation;
    }

    internal Response GetStatus(string id, CancellationToken cancellationToken)
    {
        using var request = CreateStatusRequest(id);
        return pipeline.SendRequest(request, cancellationToken);
    }

    internal async Task<Response> GetStatusAsync(string id, CancellationToken cancellationToken)
    {
        using var request = CreateStatusRequest(id);
        return await pipeline.SendRequestAsync(request, cancellationToken);
    }

    private static string Required(string connectionString, string keyword)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return parts.TryGetValue(keyword, out var value) && value is string { Length: > 0 } text
            ? text
            : throw new InvalidOperationException($"The connection string has no '{keyword}'.");
    }

    private static SendRequest ToWire(EmailMessage message) => new(
        message.SenderAddress,
        new SendContent(message.Content.Subject, message.Content.PlainText, message.Content.Html),
        new SendRecipients([.. message.Recipients.To.Select(ToWire)]),
        message.Headers.Count == 0 ? null : message.Headers.AsReadOnly(),
        message.ReplyTo.Count == 0 ? null : [.. message.ReplyTo.Select(ToWire)],
        message.UserEngagementTrackingDisabled);

    private static SendAddress ToWire(EmailAddress address) => new(address.Address, address.DisplayName);

    private Request CreateStatusRequest(string id) => CreateRequest(RequestMethod.Get, $"/emails/operations/{Uri.EscapeDataString(id)}");

    private Request CreateRequest(RequestMethod method, string path)
    {
        var request = pipeline.CreateRequest();
        request.Method = method;
        request.Uri.Reset(new Uri(endpoint, $"{path}?api-version={apiVersion}"));
        request.Headers.Add(HttpHeader.Common.JsonAccept);
        return request;
    }
}
