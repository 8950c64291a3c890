using System.Diagnostics;
using System.Text.RegularExpressions;
using LocalHost.Storage;

namespace Delivery.Tests.Documentation;

/// <summary>
/// The clients of docs/clients.md: generated from the served document, compiled, and taken from sign-up to sign-out.
/// </summary>
public sealed class ClientExampleTests(AzuriteFixture azurite)
{
    private static readonly string Docs = Repository.PathTo("docs");
    private static readonly string Client = Path.Combine(Docs, "client");

    [Fact]
    public async Task The_linters_and_the_typescript_clients_accept_the_served_document()
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
        await NodeAsync("node_modules/@redocly/cli/bin/cli.js", "lint", document);
        await NodeAsync("node_modules/@stoplight/spectral-cli/dist/index.js", "lint", document, "--fail-severity=hint");
        File.Delete(document);
        await NodeAsync("node_modules/typescript/bin/tsc", "--project", ".");

        Assert.EndsWith("done\n", await NodeAsync("build/openapi-fetch.js", origin));
        Assert.EndsWith("done\n", await NodeAsync("build/hey-api.js", origin));
        Assert.EndsWith("done\n", await NodeAsync("build/oauth.js", origin));
    }

    [Fact]
    public async Task The_typescript_package_says_what_the_document_says_and_passes_its_own_tests()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await ClientPackage.EnsureBuiltAsync();
        var document = Path.Combine(Path.GetTempPath(), $"openapi-{app.Client.BaseAddress!.Port}.json");
        await File.WriteAllBytesAsync(document, await app.Client.GetByteArrayAsync("/api/openapi.json"));
        await Shell.RunAsync("node", ClientPackage.Folder, "node_modules/openapi-typescript/bin/cli.js", document, "-o", "test/api.d.ts");
        File.Delete(document);
        var snippets = Snippets("ts", Path.Combine(Docs, "clients.md"), Path.Combine(ClientPackage.Folder, "README.md"));
        var files = snippets.Select((_, number) => Path.Combine(ClientPackage.Folder, "test", $"snippet{number}.ts")).ToList();
        foreach (var (file, snippet) in files.Zip(snippets))
        {
            await File.WriteAllTextAsync(file, snippet);
        }

        try
        {
            await Shell.RunAsync("node", ClientPackage.Folder, "node_modules/typescript/bin/tsc", "--project", "tsconfig.json");
        }
        finally
        {
            files.ForEach(File.Delete);
        }

        Assert.Equal(5, files.Count);
        var tests = new ProcessStartInfo("node", ["node_modules/vitest/vitest.mjs", "run", "--no-color"])
        {
            WorkingDirectory = ClientPackage.Folder,
        };

        // Only now, because the codes of an authenticator app are good for half a minute.
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        tests.Environment["ACCOUNTS_ORIGIN"] = app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Contains("Test Files  5 passed (5)", await Shell.RunAsync(tests));
    }

    [Fact]
    public async Task The_csharp_of_the_page_compiles()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var snippets = Snippets("csharp", Path.Combine(Docs, "clients.md"));
        Assert.Equal(2, snippets.Count);
        await File.WriteAllTextAsync(Path.Combine(folder, "ContentLengthHandler.cs"), snippets[0]);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), snippets[1]);
        var version = typeof(Microsoft.AspNetCore.Authentication.JwtBearer.JwtBearerHandler).Assembly.GetName().Version!.ToString(3);
        await File.WriteAllTextAsync(Path.Combine(folder, "page.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.AspNetCore.Authentication.JwtBearer" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        await Shell.RunAsync("dotnet", folder, "build", "-warnaserror", "-p:NoWarn=NU1603");
        Directory.Delete(folder, recursive: true);
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
        await Shell.RunAsync("dotnet", folder, "tool", "restore");
        await Shell.RunAsync("dotnet", folder, generate.Split(' '));
        var output = await Shell.RunAsync("dotnet", folder, "run", "--", app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));

        Assert.EndsWith("done\n", output);
        Directory.Delete(folder, recursive: true);
    }

    private static List<string> Snippets(string language, params string[] pages) =>
    [
        .. pages.SelectMany(page => Regex.Matches(File.ReadAllText(page), $"```{language}\n(.*?)```", RegexOptions.Singleline))
            .Select(match => match.Groups[1].Value),
    ];

    private static Task<string> NodeAsync(params string[] arguments) => Shell.RunAsync("node", Client, arguments);
}
