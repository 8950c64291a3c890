using AccountFunctions.Security.Throttling;

namespace AccountFunctions.Tests.Security;

public sealed class ClientNetworkTests
{
    [Theory, Holds("C3")]
    [InlineData("203.0.113.7", 1, "203.0.113.7")]
    [InlineData("203.0.113.7:1234", 1, "203.0.113.7")]
    [InlineData("6.6.6.6, 203.0.113.7:1234", 1, "203.0.113.7")]
    [InlineData("6.6.6.6, 203.0.113.7:1234, 10.0.0.1:80", 2, "203.0.113.7")]
    [InlineData("[2001:db8:1:2:3:4:5:6]:443", 1, "20010db800010002")]
    [InlineData("2001:db8:1:2::9", 1, "20010db800010002")]
    [InlineData("[::ffff:203.0.113.7]:443", 1, "203.0.113.7")]
    [InlineData("", 1, "unknown")]
    [InlineData(null, 1, "unknown")]
    [InlineData("203.0.113.7", 2, "unknown")]
    [InlineData("203.0.113.7, nonsense", 1, "unknown")]
    [InlineData("203.0.113.7,", 1, "unknown")]
    public void The_network_is_that_of_the_trusted_entry(string? forwardedFor, int hops, string network) =>
        Assert.Equal(network, ClientNetwork.Of(forwardedFor, hops).Key);
}
