using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalHost.Hosting;
using LocalHost.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Delivery.Tests.Samples;

/// <summary>The sample consumer of events: another function app, under a host of its own, beside the app.</summary>
public sealed class EventRelayTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly ConcurrentQueue<Received> received = [];
    private readonly int port = Ports.Free();
    private WebApplication receiver = null!;

    // How often the receiver fails before it takes an event.
    private int failures = 1;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        receiver = builder.Build();
        receiver.MapPost("/hook", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            string Header(string name) => context.Request.Headers[name].ToString();
            received.Enqueue(new(
                Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), Header("Content-Type"), body.ToArray()));
            context.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 503 : 204;
        });
        await receiver.StartAsync();
    }

    public async ValueTask DisposeAsync() => await receiver.DisposeAsync();

    [Fact, Holds("K5")]
    public async Task A_webhook_hears_of_an_account_with_a_signature_that_the_standard_verifies()
    {
        var storage = azurite.NewStorage();
        await using var app = await TestApp.StartAsync(storage, new() { ["Accounts:PublishEvents"] = "true" });
        var settings = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["AccountsStorage"] = storage,
            ["Webhook__Url"] = $"http://127.0.0.1:{port}/hook",
            ["Webhook__Secret"] = Secret,
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:01",
            ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:00.200",
        };
        await using var host = await FunctionsHost.StartAsync(
            new FunctionsHostOptions
            {
                Port = Ports.Free(),
                AppDirectory = Folder,
                Configuration = HostSettings.ForHost(Folder, settings),
                QueueLease = TimeSpan.FromSeconds(5),
            },
            (start, _) => Task.FromResult<IWorker>(ChildWorker.Start(start, Folder, settings, _ => { })));
        await app.ActivateAsync("ada@example.com");
        app.Time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(
            () => Task.FromResult(received.Count >= 2), () => $"The webhook heard {received.Count} times.\n{app.Logs.Text}");

        Assert.Single(received.Select(one => one.Id).Distinct());
        Assert.All(received, one =>
        {
            using var read = JsonDocument.Parse(one.Body);
            Assert.Equal("account.activated", read.RootElement.GetProperty("type").GetString());
            Assert.Equal(one.Id, read.RootElement.GetProperty("id").GetString());
            Assert.Equal("application/cloudevents+json", one.ContentType);
            Assert.Equal(Sign(one.Id, one.Timestamp, one.Body), one.Signature);
        });
    }

    // The example is signed by the library of the standard (npm standardwebhooks).
    [Fact]
    public void The_signatures_of_this_test_are_those_of_the_standard() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8.ToArray()));

    private static string Folder => Path.Combine(
        Repository.PathTo("samples", "events"), "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    private static string Sign(string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[6..]), signed))}";
    }

    private sealed record Received(string Id, string Timestamp, string Signature, string ContentType, byte[] Body);
}
