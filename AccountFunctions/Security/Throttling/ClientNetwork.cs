using System.Net;
using System.Net.Sockets;

namespace AccountFunctions.Security.Throttling;

/// <summary>The network that a request comes from, by its trusted address: an IPv4 address, or the /64 of an IPv6 address.</summary>
/// <param name="Address">Null if the proxy forwarded no usable address. All such requests share one network.</param>
public readonly record struct ClientNetwork(IPAddress? Address)
{
    /// <summary>
    /// True: counts the calls of owners with an access token, so that strangers in the same network cannot use up their limit.
    /// </summary>
    public bool OfOwners { get; init; }

    /// <summary>The network as a table key.</summary>
    public string Key => (OfOwners ? "owners-" : "") + Address switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(Address.GetAddressBytes().AsSpan(0, 8)),
        _ => Address.ToString(),
    };

    /// <param name="forwardedFor"><c>X-Forwarded-For</c>. The client can forge all entries before the trusted ones.</param>
    /// <param name="trustedHops">The entry, counted from the right, in which a trusted proxy names its peer.</param>
    public static ClientNetwork Of(string? forwardedFor, int trustedHops)
    {
        var entries = (forwardedFor ?? "").Split(',', StringSplitOptions.TrimEntries);
        return new ClientNetwork(entries.Length < trustedHops ? null : Parse(entries[^trustedHops]));
    }

    // A bare address, "a.b.c.d:port" or "[v6]:port".
    private static IPAddress? Parse(string entry) =>
        !IPEndPoint.TryParse(entry, out var endpoint) ? null
        : endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4()
        : endpoint.Address;
}
