using System.Collections.Concurrent;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Ports.Free()}");
        await using var elsewhere = builder.Build();
        var paths = new ConcurrentQueue<string>();
        elsewhere.Run(context =>
        {
            paths.Enqueue(context.Request.Path);
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, "/elsewhere");
            return Task.CompletedTask;
        });
        await elsewhere.StartAsync();
        var endpoint = $"{elsewhere.Urls.Single()}/account";
        using var services = Services(new()
        {
            ["AccountsStorage"] =
                $"DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;TableEndpoint={endpoint};QueueEndpoint={endpoint};",
        });

        var table = services.GetRequiredService<TableServiceClient>().GetTableClient("Accounts");
        await Assert.ThrowsAsync<RequestFailedException>(() => table.GetEntityAsync<TableEntity>("id", "account"));
        var queue = services.GetRequiredService<QueueServiceClient>().GetQueueClient("email-jobs");
        await Assert.ThrowsAsync<RequestFailedException>(() => queue.SendMessageAsync("job"));
        Assert.NotEmpty(paths);
        Assert.DoesNotContain("/elsewhere", paths);
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddTelemetry()
        .AddStorageClients()
        .BuildServiceProvider();
}
