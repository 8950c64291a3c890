using System.Collections.Concurrent;
using System.Reflection;
using AccountFunctions.Contract.Description;
using AccountFunctions.Documentation;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>
/// The HTTP functions of the app, read from their attributes. HEAD accompanies every GET (RFC 9110 §9.3.2) and is not listed.
/// </summary>
public static class RouteTable
{
    private static readonly ConcurrentDictionary<string, EndpointAttribute?> Policies = [];
    private static readonly Lazy<IReadOnlyList<ApiRoute>> Routes = new(Read);

    public static IReadOnlyList<ApiRoute> All => Routes.Value;

    /// <summary>The policy of a function; null if it has none.</summary>
    public static EndpointAttribute? PolicyOf(FunctionDefinition function) => Policies.GetOrAdd(function.EntryPoint, static entryPoint =>
    {
        // Read one attribute instead of the whole table, because the first request of an instance would wait for that.
        var end = entryPoint.LastIndexOf('.');
        var method = typeof(RouteTable).Assembly.GetType(entryPoint[..end])?.GetMethod(entryPoint[(end + 1)..]);
        return method?.GetCustomAttribute<EndpointAttribute>();
    });

    private static IReadOnlyList<ApiRoute> Read() =>
    [
        .. from type in typeof(RouteTable).Assembly.GetExportedTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           from verb in trigger.Methods ?? []
           where verb is not "head"
           select new ApiRoute(
               function.Name, HttpMethod.Parse(verb), $"/{trigger.Route}", method, method.GetCustomAttribute<EndpointAttribute>()),
    ];
}
