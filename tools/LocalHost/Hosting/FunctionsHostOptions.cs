using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>The options of a <see cref="FunctionsHost"/>.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// Another address of this machine to listen on; the outbox then accepts any host name. Null for the loopback addresses.
    /// </summary>
    public IPAddress? Address { get; init; }

    /// <summary>The file that keeps mails across restarts; null keeps them in memory.</summary>
    public string? OutboxFile { get; init; }

    /// <summary>The build of the app, which the worker gets as its own folder.</summary>
    public required string AppDirectory { get; init; }

    /// <summary>Settings as the host sees them, host.json under <c>AzureFunctionsJobHost</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>
    /// How long a queue message stays invisible while its function runs; renewed after half of it. The Functions host uses 10 minutes.
    /// </summary>
    public TimeSpan QueueLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long queue functions may continue when the host stops, before it cancels them. The Functions host allows 10 seconds.
    /// </summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Port of the gRPC service that workers connect to; 0 takes a free one.</summary>
    public int WorkerPort { get; init; }

    /// <summary>The name under which the worker connects; null: a random name, which no other process can guess.</summary>
    public string? WorkerId { get; init; }

    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>What the start page says about the storage.</summary>
    public string Storage { get; init; } = "as configured";
}
