using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>Collects all log lines.</summary>
public sealed class LogCollector : ILoggerProvider, ILogger, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> lines = [];
    private IExternalScopeProvider? scopes;

    public string Text => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new StringBuilder($"{logLevel} {formatter(state, exception)} {exception}");
        scopes?.ForEachScope((scope, text) => text.Append(" => ").Append(scope), line);
        lines.Enqueue(line.ToString());
    }

    /// <summary>Waits until a line contains the text.</summary>
    public Task WaitForAsync(string text) =>
        Eventually.TrueAsync(() => Text.Contains(text, StringComparison.Ordinal), () => $"Never logged: {text}");

    public void Dispose()
    {
    }
}
