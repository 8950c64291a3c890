using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace LocalRuntime.Hosting;

/// <summary>The functions of an assembly, found by their attributes.</summary>
internal sealed class FunctionTable
{
    public FunctionTable(Assembly assembly)
    {
        var functions = assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FunctionAttribute)))
            .Select(method => new LocalFunction(method))
            .ToList();
        Http = [.. functions.Where(function => function.HttpTrigger is not null)];
        Queue = [.. functions.Where(function => function.QueueTrigger is not null)];
    }

    public IReadOnlyList<LocalFunction> Http { get; }

    public IReadOnlyList<LocalFunction> Queue { get; }
}
