using System.Net.Http.Headers;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventRelay;

/// <summary>
/// Takes each event from the queue <c>account-events</c> and posts it to a webhook, signed as Standard Webhooks 1.0 asks. If the receiver
/// does not answer with a success, the host delivers the event again: a minute later, twenty times, and then puts it on
/// <c>account-events-poison</c>.
/// </summary>
public sealed class RelayEvents(HttpClient http, WebhookSigner signer, IConfiguration configuration, TimeProvider time)
{
    [Function(nameof(RelayEvent))]
    public async Task RelayEvent(
        [QueueTrigger("account-events", Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken)
    {
        var body = message.Body.ToArray();
        using var read = JsonDocument.Parse(body);

        // The same event keeps its id however often it comes, so the receiver can drop what it knows.
        var id = read.RootElement.GetProperty("id").GetString() ?? throw new JsonException("The event has no id.");
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration["Webhook:Url"])
        {
            Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/cloudevents+json") },
            },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{timestamp}");
        request.Headers.Add("webhook-signature", signer.Sign(id, timestamp, body));
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

public static class RelayServices
{
    // Longer than a receiver should take, and shorter than the host hides the message.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Reads the settings <c>Webhook__Url</c> and <c>Webhook__Secret</c>.</summary>
    public static IServiceCollection AddEventRelay(this IServiceCollection services) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton(new HttpClient { Timeout = Timeout })
        .AddSingleton(provider => new WebhookSigner(provider.GetRequiredService<IConfiguration>()["Webhook:Secret"] ?? ""));
}
