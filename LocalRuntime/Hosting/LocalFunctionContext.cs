using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace LocalRuntime.Hosting;

/// <summary>One invocation.</summary>
internal sealed class LocalFunctionContext(LocalFunction function, IServiceProvider services, CancellationToken cancellationToken) : FunctionContext
{
    public override string InvocationId { get; } = Guid.CreateVersion7().ToString();

    public override string FunctionId => function.Id;

    public override TraceContext TraceContext { get; } = new LocalTraceContext(Activity.Current);

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    private sealed class LocalTraceContext(Activity? activity) : TraceContext
    {
        public override string TraceParent { get; } = activity?.Id ?? "";

        public override string TraceState { get; } = activity?.TraceStateString ?? "";
    }
}
