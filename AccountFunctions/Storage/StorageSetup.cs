using AccountFunctions.Email;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;

namespace AccountFunctions.Storage;

/// <summary>Creates tables and queues for development; in Azure the deployment has created them, and the app needs no right to.</summary>
public sealed class StorageSetup(TableServiceClient tables, QueueServiceClient queues, IHostEnvironment environment) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => !environment.IsDevelopment()
        ? Task.CompletedTask
        : Task.WhenAll(
            tables.CreateTableIfNotExistsAsync(AddressStore.TableName, cancellationToken),
            tables.CreateTableIfNotExistsAsync(AccountStore.TableName, cancellationToken),
            tables.CreateTableIfNotExistsAsync(ThrottleStore.TableName, cancellationToken),
            queues.GetQueueClient(EmailOutbox.QueueName).CreateIfNotExistsAsync(cancellationToken: cancellationToken),
            queues.GetQueueClient(EmailOutbox.PoisonQueueName).CreateIfNotExistsAsync(cancellationToken: cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
