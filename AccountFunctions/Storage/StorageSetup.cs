using AccountFunctions.Contract.Answers;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;

namespace AccountFunctions.Storage;

/// <summary>
/// Creates tables and queues for development, before the worker connects to its host. In Azure the deployment creates them, so the app
/// needs no right to.
/// </summary>
public sealed class StorageSetup(TableServiceClient tables, QueueServiceClient queues, IHostEnvironment environment)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment())
        {
            return;
        }

        try
        {
            await Task.WhenAll(
            [
                .. TableNames.All.Select(name => tables.CreateTableIfNotExistsAsync(name, cancellationToken)),
                .. QueueNames.All.Select(name => queues.GetQueueClient(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
            ]);
        }
        catch (Exception e) when (e.IsOutage())
        {
            throw new InvalidOperationException(
                $"AccountsStorage: the storage does not answer: {e.GetBaseException().Message.Split('\n')[0]}", e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
