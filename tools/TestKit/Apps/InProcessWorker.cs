using System.Reflection;
using LocalHost.Worker;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TestKit;

/// <summary>A worker in this process, so that a test can replace its clock and services. Several may run in parallel.</summary>
public sealed class InProcessWorker(IHost host) : IWorker
{
    static InProcessWorker()
    {
        // The worker reads it from the environment of the process and refuses to load functions without it.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", AppContext.BaseDirectory);
    }

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public IServiceProvider Services => host.Services;

    /// <summary>A builder like the one in the app's Program, with only these settings and nothing from this process.</summary>
    /// <param name="app">The assembly with the functions.</param>
    public static FunctionsApplicationBuilder CreateBuilder(
        WorkerStart start, Assembly app, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Functions:Worker:HostEndpoint"] = start.Endpoint,
            ["Functions:Worker:WorkerId"] = start.WorkerId,
            ["Functions:Worker:RequestId"] = start.WorkerId,
            ["Functions:Worker:GrpcMaxMessageLength"] = $"{WorkerStart.MaxMessageLength}",
        });
        builder.Environment.EnvironmentName = Environments.Development;
        AddGeneratedCode(builder, app);
        return builder;
    }

    public static async Task<InProcessWorker> StartAsync(IHost host, CancellationToken cancellationToken)
    {
        var worker = new InProcessWorker(host);
        try
        {
            await host.StartAsync(cancellationToken);
            return worker;
        }
        catch
        {
            // A host that refused to start has nothing to stop, and trying would hide why.
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    // The worker does this for the entry assembly of its process, which here is the test runner.
    private static void AddGeneratedCode(FunctionsApplicationBuilder builder, Assembly app)
    {
        var adapter = new ServicesOnlyHostBuilder(builder.Services);
        foreach (var type in app.GetExportedTypes().Where(
            type => typeof(IAutoConfigureStartup).IsAssignableFrom(type) && type is { IsClass: true, IsAbstract: false }))
        {
            (Activator.CreateInstance(type) as IAutoConfigureStartup)?.Configure(adapter);
        }

        if (app.GetCustomAttribute<WorkerExtensionStartupCodeExecutorInfoAttribute>() is { } extensions)
        {
            (Activator.CreateInstance(extensions.StartupCodeExecutorType) as WorkerExtensionStartup)?.Configure(builder);
        }
    }

    private sealed class ServicesOnlyHostBuilder(IServiceCollection services) : IHostBuilder
    {
        public IDictionary<object, object> Properties { get; } = new Dictionary<object, object>();

        public IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configureDelegate)
        {
            configureDelegate(new HostBuilderContext(Properties), services);
            return this;
        }

        public IHost Build() => throw new NotSupportedException();

        public IHostBuilder ConfigureAppConfiguration(Action<HostBuilderContext, IConfigurationBuilder> configureDelegate) =>
            throw new NotSupportedException();

        public IHostBuilder ConfigureContainer<TContainerBuilder>(Action<HostBuilderContext, TContainerBuilder> configureDelegate) =>
            throw new NotSupportedException();

        public IHostBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate) =>
            throw new NotSupportedException();

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory)
            where TContainerBuilder : notnull => throw new NotSupportedException();

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(
            Func<HostBuilderContext, IServiceProviderFactory<TContainerBuilder>> factory)
            where TContainerBuilder : notnull => throw new NotSupportedException();
    }
}
