using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace TestKit;

/// <summary>A proxy between an app and its storage that can simulate an outage.</summary>
public sealed partial class StorageProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource stopped = new();
    private readonly List<TcpListener> listeners = [];
    private CancellationTokenSource cut = new();
    private volatile Mode mode;

    public enum Mode
    {
        Open,
        Refusing,
        Hanging,
    }

    private StorageProxy()
    {
    }

    /// <summary>The connection string with every endpoint routed through the proxy.</summary>
    public string Storage { get; private set; } = "";

    /// <param name="service">Table or Queue; every service if empty.</param>
    public static StorageProxy Start(string storage, string service = "")
    {
        var proxy = new StorageProxy();
        proxy.Storage = Endpoint().Replace(storage, match => match.Groups["service"].Value.EndsWith(service, StringComparison.Ordinal)
            ? $"{match.Groups["before"]}{proxy.Listen(int.Parse(match.Groups["port"].Value, null))}"
            : match.Value);
        return proxy;
    }

    /// <summary>Breaks the open connections; new ones behave as given.</summary>
    public void Switch(Mode to)
    {
        mode = to;
        var before = Interlocked.Exchange(ref cut, new CancellationTokenSource());
        before.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        Switch(Mode.Refusing);
        listeners.ForEach(listener => listener.Dispose());
    }

    private int Listen(int target)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        listeners.Add(listener);
        _ = AcceptAsync(listener, target);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync(TcpListener listener, int target)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopped.Token), target, cut.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client, int target, CancellationToken end)
    {
        using (client)
        {
            try
            {
                if (mode is Mode.Hanging)
                {
                    await Task.Delay(Timeout.Infinite, end);
                }

                if (mode is Mode.Open)
                {
                    using var server = new TcpClient();
                    await server.ConnectAsync(IPAddress.Loopback, target, end);
                    await Task.WhenAny(
                        client.GetStream().CopyToAsync(server.GetStream(), end), server.GetStream().CopyToAsync(client.GetStream(), end));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
            }
        }
    }

    [GeneratedRegex(@"(?<before>(?<service>\w+)Endpoint=http://127\.0\.0\.1:)(?<port>\d+)")]
    private static partial Regex Endpoint();
}
