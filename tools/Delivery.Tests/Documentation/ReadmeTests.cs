using System.Text.RegularExpressions;

namespace Delivery.Tests.Documentation;

/// <summary>The walk of the README, run as it stands against a local app.</summary>
public sealed class ReadmeTests(AzuriteFixture azurite)
{
    private static readonly string Root = Repository.PathTo();

    [Fact]
    public async Task The_walk_in_a_shell_reads_the_account_and_so_does_a_second_one()
    {
        using var app = await LocalApp.StartAsync(Settings());
        var readme = await File.ReadAllTextAsync(Repository.PathTo("README.md"));
        var block = Regex.Match(readme, "```\n(host=http://localhost:7071 .*?)```", RegexOptions.Singleline);
        var script = block.Groups[1].Value.Replace("http://localhost:7071", Site(app), StringComparison.Ordinal);

        for (var walk = 0; walk < 2; walk++)
        {
            Assert.Matches(@"""username"":""ada\d+@example\.com""", await Shell.RunAsync("bash", Root, "-c", script));
        }
    }

    [Fact]
    public async Task The_walk_in_PowerShell_reads_the_account()
    {
        using var app = await LocalApp.StartAsync(Settings());
        await Shell.RunAsync("dotnet", Root, "tool", "restore");
        var account = await Shell.RunAsync("dotnet", Root, "pwsh", "-NoProfile", "-File", Path.Combine("samples", "walk.ps1"), Site(app));

        Assert.Matches(@"""username"": ""ada\d+@example\.com""", account);
    }

    private static string Site(LocalApp app) => app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    private Dictionary<string, string> Settings() => new() { ["AzureWebJobsStorage"] = azurite.NewStorage() };
}
