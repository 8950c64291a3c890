using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Tests.Telemetry;

// Not beside CanaryTests, whose listener records every span of the process.
[Collection("spans")]
public sealed class TelemetryExportTests(AzuriteFixture azurite)
{
    private const string Address = "ada@example.com";

    [Fact, Holds("I8")]
    public async Task Every_log_line_is_kept_when_no_trace_is()
    {
        var lines = new List<string>();
        var sent = await RunAsync(share: 0, async app =>
        {
            await app.SignInAsync(Address);

            // A client does not decide what is kept.
            var recorded = new HttpRequestMessage(HttpMethod.Post, "/api/account/login")
            {
                Content = JsonContent.Create(new { username = Address, password = "wrong tractor 77" }),
                Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
            };
            await app.SendAsync(recorded);
            await app.PostAsync("code", new { username = Address });
            await app.WaitForMailsAsync(Address, 2);
            await app.DrainAsync();
            lines.AddRange(app.Logs.Text.Split('\n'));
        });

        Assert.DoesNotContain(sent, item => item.Kind is "RequestData" or "RemoteDependencyData");
        var exported = sent.Where(item => item.Kind == "MessageData").Select(item => $" {item.Base.GetProperty("message")} ").ToList();
        Assert.True(lines.Count > 5);
        Assert.All(lines, line => Assert.Contains(exported, message => line.Contains(message, StringComparison.Ordinal)));
    }

    [Fact, Holds("I8")]
    public async Task A_trace_leads_from_the_request_to_its_mail_and_names_no_person()
    {
        var trace = "";
        var keys = new List<string>();
        var sent = await RunAsync(share: 1, async app =>
        {
            trace = (await app.RegisterAsync(Address)).Headers["X-Request-Id"];
            await app.NextCodeAsync(Address);
            await app.DrainAsync();
            keys.AddRange((await app.AddressRowsAsync(Address)).Select(row => row.RowKey.Split('-')[^1]).Where(key => key.Length == 32));
        });

        var spans = sent.Where(item => item.Kind is "RequestData" or "RemoteDependencyData" && item.Trace == trace).ToList();
        var names = spans.ConvertAll(item => item.Base.GetProperty("name").GetString());
        string[] path = ["function Register", "Register", "GET Addresses", "POST email-jobs", "POST Addresses", "EmailJob", "Mail"];
        Assert.Empty(path.Except(names));

        Assert.NotEmpty(keys);
        keys.AddRange([Address, EmailAddress.KeyOf(Address)]);
        Assert.All(
            spans, span => Assert.All(keys, key => Assert.DoesNotContain(key, span.Text, StringComparison.OrdinalIgnoreCase)));
        Assert.All(spans, span => Assert.DoesNotContain("http://", span.Text, StringComparison.Ordinal));
        Assert.All(spans, span => Assert.Contains('+', span.Version));

        // The lines about the mail, too.
        Assert.Contains(
            sent, item => item.Kind == "MessageData" && item.Trace == trace && item.Text.Contains("handed over", StringComparison.Ordinal));
    }

    /// <param name="share">Of the traces to keep.</param>
    private async Task<IReadOnlyCollection<Item>> RunAsync(int share, Func<TestApp, Task> use)
    {
        await using var sink = await Sink.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                $"InstrumentationKey=11111111-1111-1111-1111-111111111111;IngestionEndpoint={sink.Url}",
        }).Build();
        var settings = new Dictionary<string, string?>
        {
            ["OTEL_TRACES_SAMPLER"] = "microsoft.fixed_percentage",
            ["OTEL_TRACES_SAMPLER_ARG"] = $"{share}",
        };

        // The app sends the rest when it stops.
        await using (var app = await TestApp.StartAsync(
            azurite.NewStorage(), settings, configure: services => services.AddTelemetryExport(configuration)))
        {
            await use(app);
        }

        return sink.Items;
    }

    /// <summary>What the app has sent to Application Insights.</summary>
    private sealed record Item(JsonElement Json)
    {
        public string Text => Json.GetRawText();

        public string? Kind => Json.GetProperty("data").GetProperty("baseType").GetString();

        public JsonElement Base => Json.GetProperty("data").GetProperty("baseData");

        public string? Trace => Tag("ai.operation.id");

        public string Version => Tag("ai.application.ver") ?? "";

        private string? Tag(string name) => Json.GetProperty("tags").TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>Takes the place of Application Insights.</summary>
    private sealed class Sink(WebApplication server) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Item> items = [];

        public IReadOnlyCollection<Item> Items => items;

        public string Url => server.Urls.Single();

        public static async Task<Sink> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var server = builder.Build();
            server.Urls.Add("http://127.0.0.1:0");
            var sink = new Sink(server);
            server.MapPost("/v2.1/track", sink.TakeAsync);
            await server.StartAsync();
            return sink;
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            await using var body = context.Request.Headers.ContentEncoding == "gzip"
                ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
                : context.Request.Body;
            using var reader = new StreamReader(body);
            var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in lines)
            {
                items.Enqueue(new Item(JsonSerializer.Deserialize<JsonElement>(line)));
            }

            context.Response.StatusCode = (int)HttpStatusCode.OK;
            await context.Response.WriteAsJsonAsync(
                new { itemsReceived = lines.Length, itemsAccepted = lines.Length, errors = Array.Empty<string>() });
        }
    }
}
