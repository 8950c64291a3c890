using System.Diagnostics;
using LocalHost.Storage;

namespace AccountFunctions.Tests.Documentation;

/// <summary>
/// The clients of docs/clients.md: generated from the served document, compiled, and taken from sign-up to sign-out.
/// </summary>
public sealed class ClientExampleTests(AzuriteFixture azurite)
{
    private static readonly string Docs = Repository.PathTo("docs");
    private static readonly string Client = Path.Combine(Docs, "client");

    [Fact]
    public async Task The_typescript_clients_compile_against_the_served_document_and_run()
    {
        var port = Ports.Free();
        var origin = $"http://127.0.0.1:{port}";
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Tokens:Issuer"] = $"{origin}/api" }, port: port);
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        await NpmInstall.EnsureAsync(Client, Client, CancellationToken.None);
        var document = Path.Combine(Path.GetTempPath(), $"openapi-{port}.json");
        await File.WriteAllBytesAsync(document, await app.Client.GetByteArrayAsync("/api/openapi.json"));
        await NodeAsync("node_modules/openapi-typescript/bin/cli.js", document, "-o", "api.d.ts");
        await NodeAsync("node_modules/@hey-api/openapi-ts/bin/run.js", "-i", document, "-o", "hey-api", "--no-log-file");
        File.Delete(document);
        await NodeAsync("node_modules/typescript/bin/tsc", "--project", ".");

        Assert.EndsWith("done\n", await NodeAsync("build/walkthrough.js", origin));
        Assert.EndsWith("done\n", await NodeAsync("build/hey-api.js", origin));
        Assert.EndsWith("done\n", await NodeAsync("build/oauth.js", origin));
        Assert.EndsWith("done\n", await NodeAsync("build/refusals.js"));
    }

    [Theory]
    [InlineData(
        "nswag",
        "nswag openapi2csclient /input:openapi.json /output:Accounts.cs /namespace:Generated /className:AccountsClient "
            + "/jsonLibrary:SystemTextJson /generateOptionalParameters:true")]
    [InlineData(
        "kiota",
        "kiota generate --language CSharp --openapi openapi.json --class-name AccountsClient --namespace-name Generated --output Accounts")]
    public async Task The_csharp_clients_compile_against_the_served_document_and_run(string name, string generate)
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());

        // Outside the repository, whose build settings are not those of a client.
        var folder = Directory.CreateTempSubdirectory().FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Client, name)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(folder, ".config"));
        File.Copy(Repository.PathTo(".config", "dotnet-tools.json"), Path.Combine(folder, ".config", "dotnet-tools.json"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "openapi.json"), await app.Client.GetByteArrayAsync("/api/openapi.json"));
        await RunAsync("dotnet", folder, "tool", "restore");
        await RunAsync("dotnet", folder, generate.Split(' '));
        var output = await RunAsync("dotnet", folder, "run", "--", app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));

        Assert.EndsWith("done\n", output);
        Directory.Delete(folder, recursive: true);
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

    private static Task<string> NodeAsync(params string[] arguments) => RunAsync("node", Client, arguments);

    private static async Task<string> RunAsync(string command, string folder, params string[] arguments)
    {
        using var process = NpmInstall.Run(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }
}
