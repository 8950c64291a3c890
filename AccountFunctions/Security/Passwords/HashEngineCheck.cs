using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Security;

/// <summary>
/// Says at start which engine hashes passwords, and warns if it is not the preferred one: a machine without the native library is five
/// times slower.
/// </summary>
public sealed partial class HashEngineCheck(PasswordHasher hasher, ILogger<PasswordHasher> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogEngine(hasher.UsesPreferredEngine ? LogLevel.Information : LogLevel.Warning, hasher.Engine);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage("Passwords are hashed by {Engine}.")]
    private partial void LogEngine(LogLevel level, string engine);
}
