using LocalRuntime.Communication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalRuntime.Hosting;

/// <summary>The running app: storage first, then the web server, and in reverse when it stops.</summary>
internal sealed class LocalHost(WebApplication app, LocalApplicationOptions options) : IHost, IAsyncDisposable
{
    private Azurite? azurite;

    public IServiceProvider Services => app.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await StartStorageAsync(cancellationToken);
            var functions = app.Services.GetRequiredService<FunctionTable>();
            var prefix = app.Configuration[$"{LocalSettings.HostJson}:extensions:http:routePrefix"] ?? "api";
            HttpFunctions.Map(app, functions, prefix);
            var withMails = false;
            if (app.Configuration["CommunicationServices"] is { } text && ConnectionString.TryParse(text, out var connection) && connection.Endpoint.IsLoopback && connection.Endpoint.Port == options.Port)
            {
                withMails = true;
                app.MapEmailEmulator(connection.AccessKey);
            }

            StartPage.Map(app, functions, prefix, withMails, Storage);
            await app.StartAsync(cancellationToken);
            Welcome();
        }
        catch (Exception e) when (options.Interactive)
        {
            await DisposeAsync();
            throw CommandLine.Fail(e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }
    }

    private async Task StartStorageAsync(CancellationToken cancellationToken)
    {
        if (LocalSettings.NeedsAzurite(app.Configuration))
        {
            azurite = await Azurite.StartAsync(new AzuriteOptions { DataFolder = Path.Combine(LocalSettings.Root, ".azurite", "data") }, cancellationToken);
            LocalSettings.UseStorage(app.Configuration, azurite.ConnectionString());
        }
        else
        {
            LocalSettings.UseStorage(app.Configuration, app.Configuration["AzureWebJobsStorage"]!);
        }
    }

    private string Storage => azurite is null ? "as configured" : $"tables {azurite.TableEndpoint()}  queues {azurite.QueueEndpoint()}";

    private void Welcome()
    {
        if (!options.Interactive)
        {
            return;
        }

        var url = $"http://localhost:{options.Port}";
        Console.WriteLine($$"""

              Start    {{url}}
              API      {{url}}/api/account/
              Docs     {{url}}/api/docs   (every operation, to try out)
              Outbox   {{url}}/outbox   (every mail the app sends)
              Storage  {{Storage}}

              Try first:
              curl {{url}}/api/account/register -H 'Content-Type: application/json' -d '{"username":"ada@example.com","password1":"blue tractor 77","password2":"blue tractor 77"}'

              Ctrl-C stops everything.

            """);
    }
}
