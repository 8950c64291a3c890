using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Logs at start which engine hashes passwords, and warns if it is not the preferred one. The processor may lack AVX2, or the engine may
/// have computed a different hash than another one. libsodium takes almost twice as long, Konscious nearly ten times.
/// </summary>
public sealed partial class HashEngineCheck(PasswordHasher hasher, ILogger<PasswordHasher> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogEngine(hasher.UsesPreferredEngine ? LogLevel.Information : LogLevel.Warning, hasher.Engine);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage("{Engine} hashes passwords.")]
    private partial void LogEngine(LogLevel level, string engine);
}
