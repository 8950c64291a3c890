using LocalHost.Storage;

namespace Delivery.Tests;

/// <summary>The TypeScript package, built once for all tests.</summary>
public static class ClientPackage
{
    private static readonly Lazy<Task> Built = new(BuildAsync);

    public static string Folder { get; } = Repository.PathTo("clients", "typescript");

    public static Task EnsureBuiltAsync() => Built.Value;

    private static async Task BuildAsync()
    {
        await NpmInstall.EnsureAsync(Folder, Folder, CancellationToken.None);
        await Shell.RunAsync("node", Folder, "node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json");
    }
}
