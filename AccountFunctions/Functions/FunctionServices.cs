using AccountFunctions.Accounts;
using AccountFunctions.Documentation;
using AccountFunctions.Email;
using AccountFunctions.Lifecycle;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Functions;

/// <summary>Registers the services of every room, from the bottom up.</summary>
public static class FunctionServices
{
    public static IServiceCollection AddAccountFunctions(this IServiceCollection services) => services
        .AddTelemetry()
        .AddStorage()
        .AddSecurity()
        .AddEmail()
        .AddLifecycle()
        .AddOperations()
        .AddDocumentation()
        .AddEdge();

    private static IServiceCollection AddEdge(this IServiceCollection services) => services
        .AddSingleton(_ => RouteTable.All)
        .AddSingleton<CallerIdentifier>().AddSingleton<HttpEdge>().AddSingleton(RequestLimit.Default)
        .AddSingleton<Housekeeper>()
        .AddSingleton<JobsInProgress>().AddHostedService(provider => provider.GetRequiredService<JobsInProgress>());
}
