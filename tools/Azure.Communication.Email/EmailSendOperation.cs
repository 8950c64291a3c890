using System.Text.Json;

namespace Azure.Communication.Email;

/// <summary>A mail that the service has accepted and is sending.</summary>
public class EmailSendOperation : Operation<EmailSendResult>
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromSeconds(5);

    private readonly EmailClient client;
    private Response? response;
    private EmailSendResult? result;
    private RequestFailedException? failure;

    /// <summary>An operation started elsewhere.</summary>
    public EmailSendOperation(string id, EmailClient client)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(client);
        Id = id;
        this.client = client;
    }

#pragma warning disable CS8618 // For mocks, which override every member.
    protected EmailSendOperation()
    {
    }
#pragma warning restore CS8618

    internal EmailSendOperation(EmailClient client, Response accepted)
        : this(Read(accepted).Id, client) => response = accepted;

    public override string Id { get; }

    public override bool HasCompleted => HasValue || failure is not null;

    public override bool HasValue => result is not null;

    public override EmailSendResult Value =>
        failure is not null ? throw failure : result ?? throw new InvalidOperationException("The operation has not completed yet.");

    public override Response GetRawResponse() => response ?? throw new InvalidOperationException("The operation has not been polled yet.");

    /// <exception cref="RequestFailedException">The service refused to tell, or the send failed or was cancelled.</exception>
    public override Response UpdateStatus(CancellationToken cancellationToken = default) =>
        HasCompleted ? GetRawResponse() : Take(client.GetStatus(Id, cancellationToken));

    /// <inheritdoc cref="UpdateStatus"/>
    public override async ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) =>
        HasCompleted ? GetRawResponse() : Take(await client.GetStatusAsync(Id, cancellationToken));

    public override Response<EmailSendResult> WaitForCompletion(CancellationToken cancellationToken = default) =>
        WaitForCompletion(PollingInterval, cancellationToken);

    public override ValueTask<Response<EmailSendResult>> WaitForCompletionAsync(CancellationToken cancellationToken = default) =>
        WaitForCompletionAsync(PollingInterval, cancellationToken);

    private static OperationStatus Read(Response response) =>
        JsonSerializer.Deserialize(response.Content.ToMemory().Span, EmailWire.Default.OperationStatus)
        ?? throw new RequestFailedException(response);

    private Response Take(Response polled)
    {
        if (polled.Status != 200)
        {
            throw new RequestFailedException(polled);
        }

        response = polled;
        EmailSendStatus status = Read(polled).Status;
        if (status == EmailSendStatus.Failed || status == EmailSendStatus.Canceled)
        {
            throw failure = new RequestFailedException(polled);
        }

        if (status == EmailSendStatus.Succeeded)
        {
            result = new EmailSendResult(status);
        }

        return polled;
    }
}
