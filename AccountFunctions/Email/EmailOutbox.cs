using System.Text.Json.Serialization;
using AccountFunctions.Contract;
using AccountFunctions.Storage;
using Azure.Storage.Queues;

namespace AccountFunctions.Email;

/// <summary>Queue <c>email-jobs</c>: the way from a request to its mail.</summary>
public sealed class EmailOutbox(QueueServiceClient service)
    : JobQueue<EmailJob>(service, QueueNames.EmailJobs, EmailJobJson.Default.EmailJob)
{
    public Task EnqueueAsync(EmailJob job, CancellationToken cancellationToken) => EnqueueAsync(job, TimeSpan.Zero, cancellationToken);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(SnakeCaseEnumConverter<EmailKind>)])]
[JsonSerializable(typeof(EmailJob))]
internal sealed partial class EmailJobJson : JsonSerializerContext;
