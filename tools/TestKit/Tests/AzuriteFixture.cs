using LocalHost;
using LocalHost.Storage;

namespace TestKit;

/// <summary>One Azurite in memory for all tests, with an account for each app that is started on it.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private static readonly string[] Accounts = [.. Enumerable.Range(0, 1200).Select(number => $"test{number:D4}")];
    private Azurite? azurite;
    private int used = -1;

    public async ValueTask InitializeAsync()
    {
        Loopback.BypassProxies();
        azurite = await Azurite.StartAsync(new AzuriteOptions { Accounts = Accounts }, CancellationToken.None);
    }

    /// <summary>Connection string of a fresh storage account.</summary>
    public string NewStorage() => azurite!.ConnectionString(Accounts[Interlocked.Increment(ref used)]);

    public ValueTask DisposeAsync() => azurite!.DisposeAsync();
}
