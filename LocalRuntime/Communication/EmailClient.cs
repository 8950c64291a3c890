using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using LocalRuntime.Communication;

namespace Azure.Communication.Email;

/// <summary>Stands in for the client of the package of the same name: sends over the documented REST protocol, with an access key or an identity.</summary>
public class EmailClient
{
    // The double slash is the service's.
    private const string Scope = "https://communication.azure.com//.default";
    private readonly HttpPipeline pipeline;
    private readonly Uri endpoint;
    private readonly string apiVersion;

    public EmailClient(string connectionString)
        : this(connectionString, new EmailClientOptions())
    {
    }

    public EmailClient(string connectionString, EmailClientOptions options)
        : this(Parse(connectionString), options)
    {
    }

    public EmailClient(Uri endpoint, AzureKeyCredential keyCredential, EmailClientOptions? options = null)
        : this(endpoint, new HmacPolicy(keyCredential.Key), options ?? new EmailClientOptions())
    {
    }

    public EmailClient(Uri endpoint, TokenCredential tokenCredential, EmailClientOptions? options = null)
        : this(endpoint, new BearerTokenAuthenticationPolicy(tokenCredential, Scope), options ?? new EmailClientOptions())
    {
    }

    private EmailClient(ConnectionString connection, EmailClientOptions options)
        : this(connection.Endpoint, new HmacPolicy(connection.AccessKey), options)
    {
    }

    private EmailClient(Uri endpoint, HttpPipelinePolicy authentication, EmailClientOptions options)
    {
        this.endpoint = endpoint;
        apiVersion = options.ApiVersion;
        pipeline = HttpPipelineBuilder.Build(options, authentication);
    }

    public virtual Task<EmailSendOperation> SendAsync(WaitUntil wait, EmailMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(wait, message, Guid.CreateVersion7(), cancellationToken);

    public virtual async Task<EmailSendOperation> SendAsync(WaitUntil wait, EmailMessage message, Guid operationId, CancellationToken cancellationToken = default)
    {
        Check(message);
        using var http = Create(RequestMethod.Post, "/emails:send");
        http.Request.Headers.SetValue("Operation-Id", operationId.ToString());
        http.Request.Headers.SetValue("Content-Type", "application/json");
        http.Request.Content = RequestContent.Create(new
        {
            headers = message.Headers,
            senderAddress = message.SenderAddress,
            content = new { subject = message.Content.Subject, plainText = message.Content.PlainText, html = message.Content.Html },
            recipients = new { to = message.Recipients.To.Select(to => new { address = to.Address, displayName = to.DisplayName }) },
        });
        await pipeline.SendAsync(http, cancellationToken);
        if (http.Response.Status != 202)
        {
            throw new RequestFailedException(http.Response);
        }

        using var body = JsonDocument.Parse(http.Response.Content);
        var operation = new EmailSendOperation(body.RootElement.GetProperty("id").GetString() ?? "", this);
        if (wait == WaitUntil.Completed)
        {
            await operation.WaitForCompletionAsync(cancellationToken);
        }

        return operation;
    }

    internal async Task<Response> GetStatusAsync(string operationId, CancellationToken cancellationToken)
    {
        using var http = Create(RequestMethod.Get, $"/emails/operations/{Uri.EscapeDataString(operationId)}");
        await pipeline.SendAsync(http, cancellationToken);
        return http.Response.Status == 200 ? http.Response : throw new RequestFailedException(http.Response);
    }

    private static ConnectionString Parse(string text) =>
        ConnectionString.TryParse(text, out var connection) ? connection : throw new InvalidOperationException("The connection string of Communication Services is not valid.");

    private static void Check(EmailMessage message)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(message.SenderAddress);
        ArgumentException.ThrowIfNullOrWhiteSpace(message.Content.Subject);
        if (string.IsNullOrEmpty(message.Content.PlainText) && string.IsNullOrEmpty(message.Content.Html))
        {
            throw new ArgumentException("The mail has neither plain text nor HTML.", nameof(message));
        }
    }

    private HttpMessage Create(RequestMethod method, string path)
    {
        var http = pipeline.CreateMessage();
        http.Request.Method = method;
        http.Request.Uri.Reset(new Uri(endpoint, $"{path}?api-version={apiVersion}"));
        http.Request.Headers.SetValue("Accept", "application/json");
        return http;
    }
}
