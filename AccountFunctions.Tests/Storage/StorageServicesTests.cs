using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

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

    private static ServiceProvider Services(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddTelemetry()
        .AddStorageClients()
        .BuildServiceProvider();
}
