using System.Text.Json.Serialization;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Queue <c>email-jobs</c>, which carries requests for mails.</summary>
public sealed class EmailOutbox(QueueServiceClient service, JobSeal seal)
    : JobQueue<EmailJob>(service, QueueNames.EmailJobs, EmailJobJson.Default.EmailJob, seal);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EmailJob))]
internal sealed partial class EmailJobJson : JsonSerializerContext;
