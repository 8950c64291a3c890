using System.Text.Json;

namespace Azure.Communication.Email;

public class EmailSendOperation : Operation<EmailSendResult>
{
    private readonly EmailClient client;
    private EmailSendResult? result;
    private Response? response;

    public EmailSendOperation(string id, EmailClient client) => (Id, this.client) = (id, client);

    public override string Id { get; }

    public override bool HasCompleted => result is not null && result.Status != EmailSendStatus.NotStarted && result.Status != EmailSendStatus.Running;

    public override bool HasValue => result is not null;

    public override EmailSendResult Value => result ?? throw new InvalidOperationException("The operation has not been asked for its status.");

    public override Response GetRawResponse() => response ?? throw new InvalidOperationException("The operation has not been asked for its status.");

    public override async ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default)
    {
        response = await client.GetStatusAsync(Id, cancellationToken);
        using var body = JsonDocument.Parse(response.Content);
        result = new EmailSendResult(new EmailSendStatus(body.RootElement.GetProperty("status").GetString() ?? ""));
        return result.Status == EmailSendStatus.Failed || result.Status == EmailSendStatus.Canceled ? throw new RequestFailedException(response) : response;
    }

    public override Response UpdateStatus(CancellationToken cancellationToken = default) => UpdateStatusAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
}

public class EmailSendResult
{
    internal EmailSendResult(EmailSendStatus status) => Status = status;

    public EmailSendStatus Status { get; }
}

public readonly record struct EmailSendStatus(string Value)
{
    public static EmailSendStatus NotStarted { get; } = new("NotStarted");

    public static EmailSendStatus Running { get; } = new("Running");

    public static EmailSendStatus Succeeded { get; } = new("Succeeded");

    public static EmailSendStatus Failed { get; } = new("Failed");

    public static EmailSendStatus Canceled { get; } = new("Canceled");

    public override string ToString() => Value;
}
