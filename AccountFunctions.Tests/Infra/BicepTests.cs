using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AccountFunctions.Tests.Infra;

/// <summary>
/// What is deployed, checked without Azure by the pinned Bicep CLI: the templates themselves, and the resources they come to. After a change that is meant,
/// <c>UPDATE_DOCS=1 dotnet test</c> writes the snapshots again.
/// </summary>
public sealed class BicepTests
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "infra"));

    private static readonly string[] Required =
    [
        "Codes__Key", "Tokens__SigningKey", "Tokens__Issuer", "Tokens__Audience", "Email__Sender", "Email__ProductName", "Email__Transport",
        "AccountsStorage__tableServiceUri", "AccountsStorage__queueServiceUri", "CommunicationServices__endpoint",
    ];

    // Metrics publisher; blobs, queues and tables of the host; queues and tables of the app; secrets; sending mail.
    private static readonly string[] Roles =
    [
        "3913510d-42f4-4e42-8a64-420c390055eb", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "4633458b-17de-408a-b874-0445c86b69e6", "09976791-48a7-449e-bb21-39d1a415f350",
    ];

    public static TheoryData<string> Environments => ["dev", "prod"];

    public static TheoryData<string> Templates => [.. Directory.GetFiles(Folder, "*.bicep*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).Select(file => Path.GetRelativePath(Folder, file))];

    [Fact]
    public async Task Nothing_in_the_templates_is_found_fault_with() => Assert.Equal((0, ""), await BicepAsync("lint", "main.bicep"));

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Templates_are_formatted(string template) => Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder, template)), (await BicepAsync("format", template, "--stdout")).Output);

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task The_resources_are_those_of_the_snapshot(string environment)
    {
        var mode = Environment.GetEnvironmentVariable("UPDATE_DOCS") is null ? "validate" : "overwrite";
        const string nobody = "00000000-0000-0000-0000-000000000000";

        Assert.Equal((0, ""), await BicepAsync(
            "snapshot", $"{environment}.bicepparam", "--mode", mode, "--subscription-id", nobody, "--tenant-id", nobody, "--resource-group", $"accounts-{environment}", "--location", "westeurope", "--deployment-name", "main"));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void Storage_takes_no_keys_no_old_tls_and_nobody_unknown(string environment) => Assert.All(Resources(environment, "Microsoft.Storage/storageAccounts"), account =>
    {
        var properties = account.GetProperty("properties");
        Assert.False(properties.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(properties.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(properties.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
        Assert.Equal("TLS1_2", properties.GetProperty("minimumTlsVersion").GetString());
        Assert.Equal(environment is "prod" ? "Disabled" : "Enabled", properties.GetProperty("publicNetworkAccess").GetString());
    });

    [Theory]
    [MemberData(nameof(Environments))]
    public void The_app_has_what_it_needs_and_no_secret_in_its_settings(string environment)
    {
        var settings = Assert.Single(Resources(environment, "Microsoft.Web/sites/config")).GetProperty("properties").EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);

        Assert.DoesNotContain(settings, setting => setting.Value.Contains("AccountKey", StringComparison.OrdinalIgnoreCase) || setting.Value.Contains("accesskey", StringComparison.OrdinalIgnoreCase) || setting.Value.Contains("PRIVATE KEY", StringComparison.Ordinal));
        Assert.All(settings.Where(setting => setting.Key is "Codes__Key" or "Smtp__Password" || setting.Key.EndsWith("SigningKey", StringComparison.Ordinal)), setting => Assert.StartsWith("@Microsoft.KeyVault(", setting.Value, StringComparison.Ordinal));
        Assert.All(Required, name => Assert.Contains(name, settings.Keys));
        var site = Assert.Single(Resources(environment, "Microsoft.Web/sites")).GetProperty("properties");
        Assert.True(site.GetProperty("httpsOnly").GetBoolean());
        Assert.All(Resources(environment, "Microsoft.Web/sites/basicPublishingCredentialsPolicies"), policy => Assert.False(policy.GetProperty("properties").GetProperty("allow").GetBoolean()));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void The_vault_keeps_what_was_deleted_and_knows_roles_only(string environment)
    {
        var vault = Assert.Single(Resources(environment, "Microsoft.KeyVault/vaults")).GetProperty("properties");

        Assert.True(vault.GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(vault.GetProperty("enablePurgeProtection").GetBoolean());
        Assert.Equal(environment is "prod" ? "Disabled" : "Enabled", vault.GetProperty("publicNetworkAccess").GetString());
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void The_app_has_these_roles_and_no_others(string environment)
    {
        var roles = Resources(environment, "Microsoft.Authorization/roleAssignments").Select(role => role.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!.Split('/', '\'').Last(part => part.Length == 36));

        Assert.Equal(Roles.Order(StringComparer.Ordinal), roles.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void Tables_and_queues_are_those_that_the_app_uses(string environment)
    {
        Assert.Equal(["Accounts", "Addresses", "Throttles"], Names(environment, "Microsoft.Storage/storageAccounts/tableServices/tables"));
        Assert.Equal(["email-jobs", "email-jobs-poison", "housekeeping-jobs", "housekeeping-jobs-poison"], Names(environment, "Microsoft.Storage/storageAccounts/queueServices/queues"));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void Names_are_within_the_limits(string environment)
    {
        Assert.All(Names(environment, "Microsoft.Storage/storageAccounts"), name => Assert.Matches("^[a-z0-9]{3,24}$", name));
        Assert.All(Names(environment, "Microsoft.KeyVault/vaults"), name => Assert.Matches("^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$", name));
        Assert.All(Names(environment, "Microsoft.Web/sites"), name => Assert.InRange(name.Length, 2, 60));
    }

    [Fact]
    public void In_production_what_holds_data_cannot_be_deleted_by_a_slip()
    {
        Assert.Equal(2, Resources("prod", "Microsoft.Authorization/locks").Count);
        Assert.Empty(Resources("dev", "Microsoft.Authorization/locks"));
    }

    [Fact]
    public async Task Deployment_says_what_it_would_do()
    {
        var (exitCode, output) = await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "dev", "--dry-run");
        var steps = new[] { "az group create", "what-if", "az deployment group create", "openssl genpkey", "TokensSigningKey", "dotnet publish AccountFunctions", "config-zip", "health/ready" };

        Assert.Equal(0, exitCode);
        Assert.Equal(steps, steps.OrderBy(step => output.IndexOf(step, StringComparison.Ordinal)));
        Assert.All(steps, step => Assert.Contains(step, output, StringComparison.Ordinal));
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts")).ExitCode);
    }

    private static List<JsonElement> Resources(string environment, string type) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{environment}.snapshot.json"))).RootElement.GetProperty("predictedResources").EnumerateArray().Where(resource => resource.GetProperty("type").GetString() == type)];

    private static IEnumerable<string> Names(string environment, string type) =>
        Resources(environment, type).Select(resource => resource.GetProperty("name").GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal);

    private static Task<(int ExitCode, string Output)> BicepAsync(params string[] args)
    {
        var cli = typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Bicep").Value!;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The Bicep CLI is pinned for Linux on x64 only.");

        // The package does not keep the right to execute.
        var copy = Path.Combine(AppContext.BaseDirectory, "bicep");
        lock (Folder)
        {
            if (OperatingSystem.IsLinux() && !File.Exists(copy))
            {
                File.Copy(cli, copy);
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        return RunAsync(copy, args);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string file, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(file, args) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + errors);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
