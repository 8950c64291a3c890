using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
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
            CreateAsync(EmailOutbox.QueueName, cancellationToken),
            CreateAsync(EmailOutbox.PoisonQueueName, cancellationToken),
            CreateAsync(HousekeepingSchedule.QueueName, cancellationToken),
            CreateAsync(HousekeepingSchedule.PoisonQueueName, cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task<Azure.Response> CreateAsync(string queue, CancellationToken cancellationToken) => queues.GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
}
