using System.Net;
using System.Net.Sockets;

namespace AccountFunctions.Security;

/// <summary>The network that a request comes from, as far as it can be trusted: an IPv4 address, or the /64 of an IPv6 customer.</summary>
public static class ClientNetwork
{
    /// <summary>All requests without a usable address share this one.</summary>
    public const string Unknown = "unknown";

    /// <param name="forwardedFor"><c>X-Forwarded-For</c>, whose entries before the trusted ones are the client's to invent.</param>
    /// <param name="trustedHops">Which entry, counted from the right, was written by a proxy of ours about its peer.</param>
    /// <returns>Usable as a table key.</returns>
    public static string Of(string? forwardedFor, int trustedHops)
    {
        var entries = (forwardedFor ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (entries.Length < trustedHops || !TryParse(entries[^trustedHops], out var address))
        {
            return Unknown;
        }

        return address.AddressFamily is AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    // An address alone, "a.b.c.d:port" or "[v6]:port".
    private static bool TryParse(string entry, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPEndPoint.TryParse(entry, out var endpoint))
        {
            return false;
        }

        address = endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address;
        return true;
    }
}
