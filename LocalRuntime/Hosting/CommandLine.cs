using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace LocalRuntime.Hosting;

/// <summary>What a person at a terminal gives and gets.</summary>
internal static class CommandLine
{
    /// <exception cref="StartException">There are options other than a port.</exception>
    public static LocalApplicationOptions Parse(string[] args, Assembly functions, int defaultPort = LocalApplicationOptions.DefaultPort)
    {
        var port = defaultPort;
        if (args is not [] && (args is not ["--port", var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > IPEndPoint.MaxPort))
        {
            throw new StartException("The only option is --port N, with N from 1 to 65535.");
        }

        return new LocalApplicationOptions { Functions = functions, Port = port, Interactive = true };
    }

    /// <summary>Ends the process with one line where a start fails.</summary>
    public static T Guard<T>(Func<T> start)
    {
        try
        {
            return start();
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    public static Exception Fail(Exception exception)
    {
        var cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
        Console.Error.WriteLine($"Cannot start: {Explain(cause)}");
        Environment.Exit(1);
        return cause;
    }

    private static string Explain(Exception exception) => exception switch
    {
        OptionsValidationException invalid => string.Join("; ", invalid.Failures),
        _ => exception.Message.ReplaceLineEndings(" "),
    };
}

/// <summary>A start that cannot succeed, for a reason that its message makes plain.</summary>
public sealed class StartException(string message, Exception? innerException = null) : Exception(message, innerException);
