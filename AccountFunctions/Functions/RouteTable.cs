using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>A way into the app.</summary>
/// <param name="Function">The method of the function, which may carry more about it.</param>
/// <param name="Path">Below the route prefix, with a slash before it and parameters in braces.</param>
public sealed record HttpRoute(string Name, HttpMethod Method, string Path, MethodInfo Function);

/// <summary>The HTTP functions of the app, as their attributes tell.</summary>
public static class RouteTable
{
    /// <summary>Before every path, as host.json's default has it.</summary>
    public const string Prefix = "/api";

    public static IReadOnlyList<HttpRoute> All { get; } =
    [
        .. from type in typeof(RouteTable).Assembly.GetExportedTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           from verb in trigger.Methods ?? []
           select new HttpRoute(function.Name, HttpMethod.Parse(verb), $"/{trigger.Route}", method),
    ];
}
