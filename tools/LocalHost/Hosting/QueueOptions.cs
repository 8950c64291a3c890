using Microsoft.Extensions.Configuration;

namespace LocalHost.Hosting;

/// <summary><c>extensions.queues</c> of host.json, with the Functions host's defaults.</summary>
internal sealed class QueueOptions
{
    public int BatchSize { get; set; } = 16;

    public int? NewBatchThreshold { get; set; }

    public int MaxDequeueCount { get; set; } = 5;

    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.Zero;

    public TimeSpan MaxPollingInterval { get; set; } = TimeSpan.FromMinutes(1);

    public string MessageEncoding { get; set; } = "base64";

    public static QueueOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection($"{HostSettings.HostJson}:extensions:queues").Get<QueueOptions>() ?? new();
        options.NewBatchThreshold ??= options.BatchSize / 2;
        return options;
    }
}
