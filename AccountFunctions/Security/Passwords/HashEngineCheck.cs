using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Says at start which engine hashes passwords, and warns if it is not the preferred one, because the processor lacks AVX2 or because that
/// engine did not compute what another one does: libsodium takes almost twice the time, Konscious nearly ten times.
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
