using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace LocalHost.Storage;

/// <summary>Azurite, Microsoft's storage emulator, as a child process on free ports of 127.0.0.1.</summary>
public sealed partial class Azurite : IAsyncDisposable
{
    // The well-known key of every storage emulator; it protects nothing.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const int BlobPort = 10000;
    private const int QueuePort = 10001;
    private const int TablePort = 10002;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private readonly Process process;
    private readonly FileStream? dataLock;
    private readonly Dictionary<string, string> endpoints;
    private readonly string firstAccount;

    private Azurite(Process process, FileStream? dataLock, Dictionary<string, string> endpoints, string firstAccount) =>
        (this.process, this.dataLock, this.endpoints, this.firstAccount) = (process, dataLock, endpoints, firstAccount);

    /// <exception cref="StartException">Node.js is missing, or Azurite cannot be installed or started.</exception>
    public static async Task<Azurite> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Azurite");
        var folder = Path.Combine(ProjectFolder.Root, ".azurite");
        await NpmInstall.EnsureAsync(source, folder, cancellationToken);
        var dataLock = LockData(options);
        var start = new ProcessStartInfo("node", [Path.Combine(source, "azurite.cjs"), .. Arguments(options)])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', options.Accounts.Select(account => $"{account}:{Key}"));
        var process = NpmInstall.Run(start);
        var output = new List<string>();
        var endpoints = new Dictionary<string, string>();
        while (endpoints.Count < 3)
        {
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) is not { } line)
            {
                output.Add(await process.StandardError.ReadToEndAsync(cancellationToken));
                throw new StartException($"Azurite does not start: {string.Join(' ', output)}");
            }

            output.Add(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                endpoints[match.Groups["service"].Value] = match.Groups["url"].Value;
            }
        }

        // Keep reading and discard the output, because a full pipe would block Azurite.
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        return new Azurite(process, dataLock, endpoints, options.Accounts[0]);
    }

    public int ProcessId => process.Id;

    /// <summary>Whether it listens on the ports of <c>UseDevelopmentStorage=true</c>.</summary>
    public bool IsWhereToolsLook => new Uri(endpoints["Table"]).Port == TablePort && new Uri(endpoints["Queue"]).Port == QueuePort;

    public string TableEndpoint(string? account = null) => $"{endpoints["Table"]}/{account ?? firstAccount}";

    public string QueueEndpoint(string? account = null) => $"{endpoints["Queue"]}/{account ?? firstAccount}";

    /// <param name="account">Null: the first one.</param>
    public string ConnectionString(string? account = null) =>
        $"DefaultEndpointsProtocol=http;AccountName={account ?? firstAccount};AccountKey={Key};"
        + $"BlobEndpoint={endpoints["Blob"]}/{account ?? firstAccount};"
        + $"QueueEndpoint={QueueEndpoint(account)};TableEndpoint={TableEndpoint(account)};";

    /// <summary>Stops it cleanly, so that the last writes reach the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        try
        {
            using var timeout = new CancellationTokenSource(StopTimeout);
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
        dataLock?.Dispose();
    }

    // Two Azurites on one folder would overwrite each other's files.
    private static FileStream? LockData(AzuriteOptions options)
    {
        if (options.DataFolder is not { } folder)
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        var owner = Path.Combine(folder, "in-use.txt");
        try
        {
            var held = new FileStream(Path.Combine(folder, "in-use.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, options.Owner);
            return held;
        }
        catch (IOException e)
        {
            var who = File.Exists(owner) ? $" ({File.ReadAllText(owner)})" : "";
            throw new StartException(
                $"This folder's app already runs{who}: stop it, or name another storage in AzureWebJobsStorage.", e);
        }
    }

    private static IEnumerable<string> Arguments(AzuriteOptions options)
    {
        (string Name, int Port)[] services = [("blob", BlobPort), ("queue", QueuePort), ("table", TablePort)];

        // A persistent storage listens on the default ports, where tools look for it, unless they are in use.
        var usual = options.DataFolder is not null && services.All(service => IsFree(service.Port));
        IEnumerable<string> data = options.DataFolder is null ? ["--inMemoryPersistence"] : ["--location", options.DataFolder];
        return
        [
            "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            .. services.SelectMany(service => (string[])
            [
                $"--{service.Name}Host", "127.0.0.1", $"--{service.Name}Port", usual ? $"{service.Port}" : "0",
            ]),
            .. data,
        ];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"Azurite (?<service>\w+) service is successfully listening at (?<url>\S+)")]
    private static partial Regex Listening();
}
