using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>TCP ports of this machine.</summary>
public static class Ports
{
    /// <summary>A port that nobody listens on.</summary>
    public static int Free()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
