using System.Diagnostics;
using LocalHost.Storage;

namespace AccountFunctions.Tests.Documentation;

/// <summary>
/// The example client of docs/clients.md: its types come from the document, it compiles, and it goes from sign-up to sign-out.
/// </summary>
public sealed class ClientExampleTests(AzuriteFixture azurite)
{
    private static readonly string Docs = Repository.PathTo("docs");
    private static readonly string Client = Path.Combine(Docs, "client");

    [Fact]
    public async Task The_typescript_client_compiles_against_the_served_document_and_runs()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await NpmInstall.EnsureAsync(Client, Client, CancellationToken.None);
        var document = Path.Combine(Path.GetTempPath(), $"openapi-{app.Client.BaseAddress!.Port}.json");
        await File.WriteAllBytesAsync(document, await app.Client.GetByteArrayAsync("/api/openapi.json"));
        await NodeAsync("node_modules/openapi-typescript/bin/cli.js", document, "-o", "api.d.ts");
        File.Delete(document);
        await NodeAsync("node_modules/typescript/bin/tsc", "--project", ".");

        Assert.EndsWith("done\n", await NodeAsync("build/walkthrough.js", app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
    }

    [Fact]
    public void The_page_shows_the_client_as_it_is()
    {
        const string Start = "```ts\n";
        var file = Path.Combine(Docs, "clients.md");
        var page = File.ReadAllText(file);
        var from = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var to = page.IndexOf("```\n\nThen", from, StringComparison.Ordinal);
        var client = File.ReadAllText(Path.Combine(Client, "accounts.ts"));
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is not null)
        {
            File.WriteAllText(file, page[..from] + client + page[to..]);
        }
        else
        {
            Assert.Equal(client, page[from..to]);
        }
    }

    private static async Task<string> NodeAsync(params string[] arguments)
    {
        using var node = NpmInstall.Run(new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = Client,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }
}
