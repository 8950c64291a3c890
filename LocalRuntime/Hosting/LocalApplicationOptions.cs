using System.Reflection;

namespace LocalRuntime.Hosting;

/// <summary>How an app runs on LocalRuntime.</summary>
public sealed record LocalApplicationOptions
{
    public const int DefaultPort = 7071;

    /// <summary>Where the functions are looked for.</summary>
    public required Assembly Functions { get; init; }

    /// <summary>TCP port on the loopback addresses.</summary>
    public required int Port { get; init; }

    /// <summary>Settings that go before all others; names with <c>:</c> between the parts.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>How long a queue message stays invisible while its function runs; renewed at half of it. The Functions host uses 10 minutes.</summary>
    public TimeSpan QueueLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// True for a person at a terminal: environment and local.settings.json are read, it is said what runs, and a start that fails ends the process
    /// with one line. False for tests, which must not depend on any of that.
    /// </summary>
    public bool Interactive { get; init; }
}
