using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>How a <see cref="FunctionsHost"/> runs.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>Another address of this machine to listen on; the outbox then answers any name. Null for the loopback addresses.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Where mails are kept over a restart; null keeps them in memory.</summary>
    public string? OutboxFile { get; init; }

    /// <summary>The build of the app: what the worker is told as its own folder.</summary>
    public required string AppDirectory { get; init; }

    /// <summary>Settings as the host sees them, host.json under <c>AzureFunctionsJobHost</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>
    /// How long a queue message stays invisible while its function runs; renewed at half of it. The Functions host uses 10 minutes.
    /// </summary>
    public TimeSpan QueueLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long requests and functions may go on when the host stops, before they are cancelled. The Functions host gives 10 seconds.
    /// </summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Port of the gRPC service that workers connect to; 0 takes a free one.</summary>
    public int WorkerPort { get; init; }

    /// <summary>The name under which the worker connects; null for one that nobody can guess.</summary>
    public string? WorkerId { get; init; }

    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>What the start page says of the storage.</summary>
    public string Storage { get; init; } = "as configured";
}
