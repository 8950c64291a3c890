using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Storage;

public sealed class StorageServicesTests
{
    [Fact]
    public void A_service_uri_takes_precedence_over_a_connection_string()
    {
        using var services = Services(new()
        {
            ["AccountsStorage"] = "UseDevelopmentStorage=true",
            ["AccountsStorage:queueServiceUri"] = "https://example.queue.core.windows.net/",
            ["AccountsStorage:clientId"] = "11111111-1111-1111-1111-111111111111",
        });

        Assert.Equal("https://example.queue.core.windows.net/", services.GetRequiredService<QueueServiceClient>().Uri.AbsoluteUri);
        Assert.Equal("devstoreaccount1", services.GetRequiredService<TableServiceClient>().AccountName);
    }

    [Fact]
    public void A_missing_connection_is_named()
    {
        using var services = Services([]);

        var thrown = Assert.Throws<InvalidOperationException>(services.GetRequiredService<TableServiceClient>);
        Assert.StartsWith("AccountsStorage: must be", thrown.Message, StringComparison.Ordinal);
    }

    // ASVS V15.3.2.
    [Fact]
    public async Task A_redirect_of_storage_is_not_followed()
    {
        var paths = new ConcurrentQueue<string>();
        await using var elsewhere = await StartAsync(context =>
        {
            paths.Enqueue(context.Request.Path);
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, "/elsewhere");
            return Task.CompletedTask;
        });
        using var services = ServicesAt(elsewhere);

        await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(services, "Accounts"));
        var queue = services.GetRequiredService<QueueServiceClient>().GetQueueClient("email-jobs");
        await Assert.ThrowsAsync<RequestFailedException>(() => queue.SendMessageAsync("job"));
        Assert.NotEmpty(paths);
        Assert.DoesNotContain("/elsewhere", paths);
    }

    [Fact, Holds("D8")]
    public async Task People_who_are_signed_in_do_not_wait_behind_a_crowd_for_a_connection_to_storage()
    {
        var (waiting, release) = (0, new TaskCompletionSource());
        await using var storage = await StartAsync(async context =>
        {
            if (context.Request.Path.Value!.Contains("crowd", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref waiting);
                await release.Task;
            }

            context.Response.StatusCode = 404;
        });
        using var services = ServicesAt(storage);
        using var gate = new HashGate(
            Options.Create(new PasswordOptions { MaxConcurrentHashes = 200 }), new AccountMetrics(new Meter("test")));
        var crowd = Enumerable.Range(0, 100).Select(async _ =>
        {
            using var place = new HashPlace(gate);
            place.Arrive();
            await Record.ExceptionAsync(() => ReadAsync(services, "crowd"));
        }).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref waiting) >= 48, () => $"{waiting} calls of the crowd wait.");

        var failed = await Assert.ThrowsAsync<RequestFailedException>(
            () => ReadAsync(services, "owner").WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(404, failed.Status);
        release.SetResult();
        await Task.WhenAll(crowd);
    }

    private static async Task ReadAsync(ServiceProvider services, string table) =>
        await services.GetRequiredService<TableServiceClient>().GetTableClient(table).GetEntityAsync<TableEntity>("id", "account");

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Ports.Free()}");
        var storage = builder.Build();
        storage.Run(answer);
        await storage.StartAsync();
        return storage;
    }

    private static ServiceProvider ServicesAt(WebApplication storage)
    {
        var endpoint = $"{storage.Urls.Single()}/account";
        return Services(new()
        {
            ["AccountsStorage"] =
                $"DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;TableEndpoint={endpoint};QueueEndpoint={endpoint};",
        });
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddTelemetry()
        .AddStorageClients()
        .AddSingleton(new StorageTimeout(TimeSpan.FromMinutes(2)))
        .BuildServiceProvider();
}
