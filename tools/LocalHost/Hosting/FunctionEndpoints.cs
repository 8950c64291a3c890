using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace LocalHost.Hosting;

/// <summary>The routes of the worker's functions. A new worker may bring others.</summary>
internal sealed class FunctionEndpoints : EndpointDataSource
{
    private IReadOnlyList<Endpoint> endpoints = [];
    private CancellationTokenSource changed = new();

    public override IReadOnlyList<Endpoint> Endpoints => endpoints;

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(changed.Token);

    public void Update(IReadOnlyList<Endpoint> newEndpoints)
    {
        endpoints = newEndpoints;
        Interlocked.Exchange(ref changed, new CancellationTokenSource()).Cancel();
    }
}
