using Azure.Core;
using Azure.Core.Pipeline;

namespace AccountFunctions.Storage;

/// <summary>
/// The app's connections to storage, in two lanes, so that the calls of people who are signed in do not wait behind those of a crowd that
/// signs in. In each lane, calls wait for an open connection. Without this limit, each call would open another, and connections that
/// storage has not accepted when their calls give up would delay all later ones. An instance in Azure has 128 ports for one target.
/// </summary>
internal sealed class StorageLanes : HttpPipelineTransport
{
    private static readonly AsyncLocal<bool> IsCrowd = new();
    private readonly HttpClientTransport crowd = Lane(64);
    private readonly HttpClientTransport others = Lane(48);

    private HttpClientTransport Current => IsCrowd.Value ? crowd : others;

    /// <summary>Makes the rest of the calling method, and what it calls, use the lane of the crowd.</summary>
    public static void JoinCrowd() => IsCrowd.Value = true;

    public override Request CreateRequest() => others.CreateRequest();

    public override void Process(HttpMessage message) => Current.Process(message);

    public override ValueTask ProcessAsync(HttpMessage message) => Current.ProcessAsync(message);

    private static HttpClientTransport Lane(int connections) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
    });
}
