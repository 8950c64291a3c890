namespace LocalHost;

/// <summary>Calls to this machine, which no proxy can make.</summary>
public static class Loopback
{
    private const string Hosts = "localhost,127.0.0.1,::1";

    /// <summary>
    /// Has this process, and those that it starts, go round a proxy that the environment names when they call this machine. Call it before
    /// the first HTTP request.
    /// </summary>
    public static void BypassProxies()
    {
        // .NET reads the name in lower case first, Node.js and npm read either: both get the user's hosts.
        string[] names = ["no_proxy", "NO_PROXY"];
        var hosts = names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(hosts => !string.IsNullOrEmpty(hosts));
        foreach (var name in names)
        {
            Environment.SetEnvironmentVariable(name, hosts is null ? Hosts : $"{hosts},{Hosts}");
        }
    }
}
