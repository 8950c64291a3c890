using System.CommandLine;
using System.Net;

namespace LocalHost.Commands;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    public static Option<int> Port(int defaultPort)
    {
        var port = new Option<int>("--port")
        {
            Description = "TCP port on this machine.",
            HelpName = "N",
            DefaultValueFactory = _ => defaultPort,
        };
        port.Validators.Add(result =>
        {
            var isPort = int.TryParse(result.Tokens.SingleOrDefault()?.Value, out var number) && number is >= 1 and <= IPEndPoint.MaxPort;
            if (!result.Implicit && !isPort)
            {
                result.AddError("--port must be a number from 1 to 65535.");
            }
        });
        return port;
    }
}
