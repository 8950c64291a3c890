using System.Reflection;
using System.Runtime.CompilerServices;
using LocalRuntime.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    /// <summary>The app as <c>dotnet run</c> starts it: its functions are those of the calling assembly.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var functions = Assembly.GetCallingAssembly();
        return CommandLine.Guard(() => LocalApplication.CreateBuilder(CommandLine.Parse(args, functions)));
    }
}

public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly WebApplicationBuilder inner;
    private readonly LocalApplicationOptions options;

    internal FunctionsApplicationBuilder(WebApplicationBuilder inner, LocalApplicationOptions options) => (this.inner, this.options) = (inner, options);

    public ConfigurationManager Configuration => inner.Configuration;

    public IHostEnvironment Environment => inner.Environment;

    public ILoggingBuilder Logging => inner.Logging;

    public IMetricsBuilder Metrics => inner.Metrics;

    public IServiceCollection Services => inner.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => inner.Configuration;

    IDictionary<object, object> IHostApplicationBuilder.Properties => ((IHostApplicationBuilder)inner).Properties;

    void IHostApplicationBuilder.ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure) =>
        ((IHostApplicationBuilder)inner).ConfigureContainer(factory, configure);

    public IHost Build() => new LocalHost(inner.Build(), options);
}
