using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LocalHost.Commands;

/// <summary>A short log line for the terminal: the time, the level if it matters, the message.</summary>
internal sealed class ShortFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "short";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write($"{time.GetLocalNow():HH:mm:ss} ");
        if (logEntry.LogLevel >= LogLevel.Warning)
        {
            textWriter.Write($"{logEntry.LogLevel}: ");
        }

        textWriter.WriteLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is not null)
        {
            textWriter.WriteLine(logEntry.Exception);
        }
    }
}
