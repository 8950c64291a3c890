using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TestKit;

/// <summary>TCP ports of this machine.</summary>
public static class Ports
{
    // Below the ports of outgoing connections, one of which could take the port before its listener does.
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int next = RandomNumberGenerator.GetInt32(Count);

    /// <summary>A free port that no other caller in this process gets.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref next) % Count);
            using var socket = new TcpListener(IPAddress.Loopback, port);
            try
            {
                socket.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // The port is in use, so try the next one.
            }
        }
    }
}
