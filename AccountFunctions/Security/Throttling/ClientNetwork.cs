using System.Net;
using System.Net.Sockets;

namespace AccountFunctions.Security.Throttling;

/// <summary>The network that a request comes from, as far as it can be trusted: an IPv4 address, or the /64 of an IPv6 customer.</summary>
/// <param name="Address">Null if no usable address was forwarded. All those requests share one network.</param>
public readonly record struct ClientNetwork(IPAddress? Address)
{
    /// <summary>Usable as a table key.</summary>
    public string Key => Address switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(Address.GetAddressBytes().AsSpan(0, 8)),
        _ => Address.ToString(),
    };

    /// <param name="forwardedFor"><c>X-Forwarded-For</c>, whose entries before the trusted ones are the client's to invent.</param>
    /// <param name="trustedHops">Which entry, counted from the right, was written by a proxy of ours about its peer.</param>
    public static ClientNetwork Of(string? forwardedFor, int trustedHops)
    {
        var entries = (forwardedFor ?? "").Split(',', StringSplitOptions.TrimEntries);
        return new ClientNetwork(entries.Length < trustedHops ? null : Parse(entries[^trustedHops]));
    }

    // An address alone, "a.b.c.d:port" or "[v6]:port".
    private static IPAddress? Parse(string entry) =>
        !IPEndPoint.TryParse(entry, out var endpoint) ? null
        : endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4()
        : endpoint.Address;
}
