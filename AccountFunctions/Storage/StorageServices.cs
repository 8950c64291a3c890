using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Directory;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using AccountFunctions.Storage.Throttles;
using AccountFunctions.Storage.Tickets;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AccountFunctions.Storage;

public static class StorageServices
{
    private const string Connection = "AccountsStorage";

    // An account of its own: the firewall of the other keeps Event Grid out.
    private const string ReportsConnection = "ReportsStorage";
    private static readonly StorageLanes Transport = new();

    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new EventSwitch(IsOn: false));
        return services.AddStorageClients()
            .AddSingleton<KeyedTurns>().AddSingleton<ChangeLoop>().AddSingleton<PartitionChanges>()
            .AddSingleton<AccountDirectory>().AddSingleton<AdministratorList>()
            .AddSingleton<AddressStore>().AddSingleton<AccountStore>().AddSingleton<ThrottleStore>().AddSingleton<MailStore>()
            .AddSingleton<DeletionStore>().AddSingleton<TicketStore>()
            .AddSingleton<EmailOutbox>().AddSingleton<HousekeepingQueue>().AddSingleton<EventQueue>().AddSingleton<JobSender>()
            .AddSingleton(provider => new ReportQueue(ConnectQueues(provider, ReportsConnection)))
            .AddSingleton<StorageHealth>().AddHostedService<StorageSetup>();
    }

    /// <summary>Registers only the clients, as <c>AccountsStorage</c> configures them.</summary>
    public static IServiceCollection AddStorageClients(this IServiceCollection services)
    {
        services.AddSingleton<StorageMetricsPolicy>().AddSingleton(StorageTimeout.Default);
        services.AddSingleton(provider =>
        {
            var options = Configure(new TableClientOptions(), provider);
            return AzureConnection.Connect(
                provider.GetRequiredService<IConfiguration>(),
                Connection,
                "tableServiceUri",
                text => new TableServiceClient(text, options),
                (uri, credential) => new TableServiceClient(uri, credential, options));
        });
        services.AddSingleton(provider => ConnectQueues(provider, Connection));
        return services;
    }

    private static QueueServiceClient ConnectQueues(IServiceProvider provider, string connection)
    {
        // The queue trigger expects base64.
        var options = Configure(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, provider);
        return AzureConnection.Connect(
            provider.GetRequiredService<IConfiguration>(),
            connection,
            "queueServiceUri",
            text => new QueueServiceClient(text, options),
            (uri, credential) => new QueueServiceClient(uri, credential, options));
    }

    private static TOptions Configure<TOptions>(TOptions options, IServiceProvider provider)
        where TOptions : ClientOptions
    {
        options.Transport = Transport;
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.NetworkTimeout = provider.GetRequiredService<StorageTimeout>().OfTry;
        options.AddPolicy(provider.GetRequiredService<StorageMetricsPolicy>(), HttpPipelinePosition.PerRetry);
        return options;
    }
}

/// <summary>How long a try of a storage call may take.</summary>
public sealed record StorageTimeout(TimeSpan OfTry)
{
    /// <summary>A user is waiting for the answer: after two tries of a few seconds, it is an outage.</summary>
    public static StorageTimeout Default { get; } = new(TimeSpan.FromSeconds(3));
}
