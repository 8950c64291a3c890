using System.Net;
using LocalHost.Mail;
using LocalHost.Pages;
using LocalHost.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>
/// A small Azure Functions host for one isolated worker: a web server for its HTTP functions, listeners for its queue functions, and the
/// gRPC service that the worker connects to. The mail emulator and a start page are on the same port.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private readonly FunctionsHostOptions options;
    private readonly WebApplication rpc;
    private readonly WebApplication web;
    private readonly QueueFunctions queues;
    private readonly WorkerSupervisor supervisor;
    private bool stopped;

    private FunctionsHost(FunctionsHostOptions options, StartWorker startWorker)
    {
        this.options = options;
        rpc = BuildRpc();
        web = BuildWeb();
        var loggers = web.Services.GetRequiredService<ILoggerFactory>();
        var endpoints = new FunctionEndpoints();
        var page = new StartPage(options.Configuration["Email:ProductName"]);
        var prefix = options.Configuration[$"{HostSettings.HostJson}:extensions:http:routePrefix"] ?? "api";
        queues = new QueueFunctions(options.Configuration, options.QueueLease, loggers.CreateLogger<QueueListener>());
        supervisor = new WorkerSupervisor(options, rpc.Services.GetRequiredService<WorkerService>(), startWorker, queues, loggers);

        // Only for functions, because the outbox shows codes.
        web.UseWhen(context => context.Request.Path.StartsWithSegments($"/{prefix}"), functions => functions.UseCors());
        var http = new HttpFunctions(supervisor, loggers.CreateLogger<HttpFunctions>());
        supervisor.Loaded = functions =>
        {
            page.Write(functions, prefix, WithMails(out _), options.Storage);
            endpoints.Update(http.Endpoints(functions, prefix));
        };
        ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)web).DataSources.Add(endpoints);
        HostEndpoints.Map(web);
        page.Map(web);
        if (WithMails(out var accessKey))
        {
            web.MapEmailEmulator(accessKey, options.OutboxFile, anyHost: options.Address is not null);
        }
    }

    /// <summary>Completes with the reason if the worker dies and no other can be started.</summary>
    public Task<string> Lost => supervisor.Lost;

    /// <exception cref="StartException">The worker does not start, or the port is taken.</exception>
    public static async Task<FunctionsHost> StartAsync(
        FunctionsHostOptions options, StartWorker startWorker, CancellationToken cancellationToken = default)
    {
        var host = new FunctionsHost(options, startWorker);
        try
        {
            await ListenAsync(host.rpc, options.WorkerPort, cancellationToken);
            host.supervisor.Endpoint =
                host.rpc.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Single() ?? "";

            // Listen before the worker starts, because it may send a mail at once. Its own routes are added when it reports them.
            await ListenAsync(host.web, options.Port, cancellationToken);
            await host.supervisor.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Receives the messages of a queue now instead of at the next poll, for tests that know when one was sent.</summary>
    public void LookForMessages(string queue) => queues.LookForMessages(queue);

    /// <summary>Replaces the worker with a new one, after <paramref name="between"/> has run. Storage, mails and the port stay.</summary>
    public Task ReplaceWorkerAsync(Func<Task> between, CancellationToken cancellationToken) =>
        supervisor.ReplaceAsync(between, cancellationToken);

    /// <summary>
    /// Receives no more messages and lets functions finish within the grace period, then accepts no more requests and lets those in
    /// progress finish within 30 seconds, then ends the worker.
    /// </summary>
    public async Task StopAsync()
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        await supervisor.FinishMessagesAsync();
        await web.StopAsync(CancellationToken.None);
        await supervisor.StopAsync();
        await rpc.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await rpc.DisposeAsync();
        await web.DisposeAsync();
    }

    private static async Task ListenAsync(WebApplication app, int port, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new StartException($"Port {port} is in use; start with another one, for example -- --port {port + 1}", e);
        }
    }

    // HTTP/2 without TLS cannot share a port with HTTP/1.
    private WebApplication BuildRpc()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, options.WorkerPort, listen => listen.Protocols = HttpProtocols.Http2));
        options.Logging(builder.Logging);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
        builder.Services.AddSingleton<WorkerService>();
        var app = builder.Build();
        app.MapGrpcService<WorkerService>();
        return app;
    }

    private WebApplication BuildWeb()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = HttpFunctions.MaxBodyBytes(options.Configuration);
            if (options.Address is { } address)
            {
                kestrel.Listen(address, options.Port);
            }
            else
            {
                kestrel.ListenLocalhost(options.Port);
            }
        });
        builder.Logging.ClearProviders();
        options.Logging(builder.Logging);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(new CorsSettings(options.Configuration).Apply));
        return builder.Build();
    }

    // Add the emulator if the app is configured to send its mails to this host.
    private bool WithMails(out string accessKey)
    {
        var mails = ConnectionString.TryParse(options.Configuration["CommunicationServices"] ?? "", out var connection)
            && connection.Endpoint.IsLoopback && connection.Endpoint.Port == options.Port;
        accessKey = connection?.AccessKey ?? "";
        return mails;
    }
}
