using System.Reflection;
using AccountFunctions.Contract;
using AccountFunctions.Documentation;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The HTTP functions of the app, read from their attributes.</summary>
public static class RouteTable
{
    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        .. from type in typeof(RouteTable).Assembly.GetExportedTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           from verb in trigger.Methods ?? []
           select new ApiRoute(
               function.Name, HttpMethod.Parse(verb), $"/{trigger.Route}", method, method.GetCustomAttribute<EndpointAttribute>()),
    ];

    /// <summary>The status of success of a function.</summary>
    public static int SuccessStatus(string function) => Statuses.GetValueOrDefault(function, 200);

    private static Dictionary<string, int> Statuses { get; } =
        All.DistinctBy(route => route.Name).ToDictionary(route => route.Name, route => route.Endpoint?.Status ?? 200);
}
