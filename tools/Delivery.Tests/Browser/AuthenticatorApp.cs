using System.Globalization;
using LocalHost.Storage;
using Microsoft.Playwright;

namespace Delivery.Tests.Browser;

/// <summary>
/// An authenticator app with a camera, made of packages that are not ours: it reads the QR code of a page, and shows codes.
/// </summary>
public sealed class AuthenticatorApp
{
    private static readonly string Folder = Repository.PathTo("tools", "Delivery.Tests", "Browser", "Authenticator");
    private readonly string uri;

    private AuthenticatorApp(string uri) => this.uri = uri;

    public static async Task<AuthenticatorApp> ScanAsync(ILocator image)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "code.png");
        await image.ScreenshotAsync(new() { Path = file });
        var scanned = await RunAsync("scan", file);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return new AuthenticatorApp(scanned);
    }

    public Task<string> CodeAsync(DateTimeOffset when) =>
        RunAsync("code", uri, when.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    /// <summary>What it reads of codes that the sample's encoder makes of texts of every length.</summary>
    public static Task<string> CheckAsync() => RunAsync("check", Repository.PathTo("samples", "web", "qr.js"));

    private static async Task<string> RunAsync(params string[] arguments)
    {
        await NpmInstall.EnsureAsync(Folder, Folder, CancellationToken.None);
        return (await Shell.RunAsync("node", Folder, ["authenticator.mjs", .. arguments])).Trim();
    }
}
