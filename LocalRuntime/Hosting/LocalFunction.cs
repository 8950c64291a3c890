using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace LocalRuntime.Hosting;

/// <summary>One function: its method, its trigger, and how it is called.</summary>
internal sealed class LocalFunction : FunctionDefinition
{
    private readonly MethodInfo method;
    private readonly ParameterInfo[] parameters;
    private readonly ObjectFactory create;

    public LocalFunction(MethodInfo method)
    {
        this.method = method;
        parameters = method.GetParameters();
        create = ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
        Name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        HttpTrigger = parameters.Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null);
        QueueTrigger = parameters.Select(parameter => parameter.GetCustomAttribute<QueueTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null);
    }

    public override string Id => Name;

    public override string Name { get; }

    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    public HttpTriggerAttribute? HttpTrigger { get; }

    public QueueTriggerAttribute? QueueTrigger { get; }

    /// <summary>
    /// Calls the function on a new instance of its class, made from the scope of the invocation; <paramref name="bind"/> gives the values of its
    /// parameters. Returns what the function returned, awaited, or null if that was nothing.
    /// </summary>
    public async Task<object?> InvokeAsync(LocalFunctionContext context, Func<ParameterInfo, object?> bind)
    {
        var instance = create(context.InstanceServices, null);
        var arguments = Array.ConvertAll(parameters, parameter =>
            parameter.ParameterType == typeof(CancellationToken) ? context.CancellationToken
            : parameter.ParameterType == typeof(FunctionContext) ? context
            : bind(parameter) ?? throw new InvalidOperationException($"Parameter {parameter.Name} of function {Name} cannot be bound."));
        object? returned;
        try
        {
            returned = method.Invoke(instance, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
            throw;
        }

        if (returned is not Task task)
        {
            return returned;
        }

        await task;
        return task.GetType().GetProperty(nameof(Task<object>.Result))?.GetValue(task);
    }
}
