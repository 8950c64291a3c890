using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>
/// What is deployed, checked without Azure by the pinned Bicep CLI: the templates themselves, and the resources they come to. After a
/// change that is meant,
/// <c>UPDATE_DOCS=1 dotnet test --project tools/Delivery.Tests --filter-class "*BicepTests"</c> writes the snapshots again.
/// </summary>
public sealed partial class BicepTests
{
    private static readonly string[] Required =
    [
        "Codes__Key", "Factors__Key", "Tokens__SigningKey", "Tokens__Issuer", "Tokens__Audience", "Email__Sender", "Email__ProductName",
        "Email__Transport", "AccountsStorage__tableServiceUri", "AccountsStorage__queueServiceUri", "AZURE_CLIENT_ID",
        "ReportsStorage__queueServiceUri", "ReportsStorage__credential", "ReportsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    ];

    private static readonly string[] ByCommunicationServices =
        ["CommunicationServices__endpoint", "CommunicationServices__credential", "CommunicationServices__clientId"];
    private static readonly string[] BySmtp = ["Smtp__Host", "Smtp__Port", "Smtp__Username", "Smtp__Password"];

    public static TheoryData<string> Environments => Templates.Environments;

    [Fact]
    public async Task The_linter_finds_no_fault_in_the_templates() =>
        Assert.Equal((0, ""), await BicepAsync("lint", "--pattern", "*.bicep*"));

    [Fact, Holds("I9")]
    public async Task The_templates_build_and_never_overwrite_a_key()
    {
        var (exitCode, output) = await BicepAsync("build", "main.bicep", "--stdout");
        Assert.Equal(0, exitCode);
        using var template = JsonDocument.Parse(output);
        var written = Find(template.RootElement, "Microsoft.KeyVault/vaults/secrets")
            .Where(secret => !secret.TryGetProperty("existing", out _));
        var secrets = written.ToDictionary(
            secret => secret.GetProperty("name").GetString()!.Split('\'')[^2],
            secret => secret.TryGetProperty("@options", out var options) && options.TryGetProperty("onlyIfNotExists", out _));

        Assert.Equal(
            new Dictionary<string, bool>
            {
                ["BackupKey"] = true,
                ["CodesKey"] = true,
                ["FactorsKey"] = true,
                ["TokensSigningKey"] = true,
                ["SmtpPassword"] = false,
            },
            secrets);
        var parameters = template.RootElement.GetProperty("parameters").EnumerateObject()
            .Where(parameter => parameter.Name.EndsWith("Seed", StringComparison.Ordinal)
                || parameter.Name.EndsWith("Password", StringComparison.Ordinal));
        Assert.All(parameters, parameter => Assert.Equal("securestring", parameter.Value.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Templates_are_formatted()
    {
        var copy = Directory.CreateTempSubdirectory().FullName;
        var templates = Directory.GetFiles(Folder, "*.bicep*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file)).ToList();
        Directory.CreateDirectory(Path.Combine(copy, "modules"));
        templates.ForEach(template => File.Copy(Path.Combine(Folder, template), Path.Combine(copy, template)));
        Assert.Equal((0, ""), await BicepAsync("format", "--pattern", $"{copy}/**/*.bicep*"));

        Assert.All(templates, template => Assert.Equal(
            File.ReadAllText(Path.Combine(copy, template)), File.ReadAllText(Path.Combine(Folder, template))));
        Directory.Delete(copy, recursive: true);
    }

    // This builds the parameters, too.
    [Theory]
    [MemberData(nameof(Environments))]
    public async Task The_resources_match_the_snapshot(string environment)
    {
        var mode = Environment.GetEnvironmentVariable("UPDATE_DOCS") is null ? "validate" : "overwrite";
        const string nobody = "00000000-0000-0000-0000-000000000000";

        Assert.Equal((0, ""), await BicepAsync(
            "snapshot", $"{environment}.bicepparam", "--mode", mode, "--subscription-id", nobody, "--tenant-id", nobody, "--resource-group",
            $"accounts-{environment}", "--location", "westeurope", "--deployment-name", "main"));
    }

    [Theory, Holds("I6")]
    [MemberData(nameof(Environments))]
    public void Storage_accepts_no_keys_no_old_tls_and_no_anonymous_access(string environment) =>
        Assert.All(Resources(environment, "Microsoft.Storage/storageAccounts"), account =>
    {
        var properties = account.GetProperty("properties");
        Assert.False(properties.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(properties.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.False(properties.GetProperty("isLocalUserEnabled").GetBoolean());
        Assert.True(properties.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
        Assert.Equal("TLS1_2", properties.GetProperty("minimumTlsVersion").GetString());
        var acls = properties.GetProperty("networkAcls");
        Assert.Equal(environment is "prod" ? "Deny" : "Allow", acls.GetProperty("defaultAction").GetString());
        Assert.Equal(
            environment is "prod" && acls.GetProperty("bypass").GetString() is "None" ? "Disabled" : "Enabled",
            properties.GetProperty("publicNetworkAccess").GetString());
    });

    [Theory, Holds("I6", "I9")]
    [MemberData(nameof(Environments))]
    public void The_apps_settings_are_complete_and_hold_no_secret(string environment)
    {
        var settings = Assert.Single(Resources(environment, "Microsoft.Web/sites/config"))
            .GetProperty("properties")
            .EnumerateObject()
            .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);

        Assert.DoesNotContain(
            settings, setting => setting.Value.Contains("AccountKey", StringComparison.OrdinalIgnoreCase)
                || setting.Value.Contains("accesskey", StringComparison.OrdinalIgnoreCase)
                || setting.Value.Contains("PRIVATE KEY", StringComparison.Ordinal));
        Assert.All(settings.Where(setting => setting.Key is "Codes__Key" or "Factors__Key" or "Smtp__Password" || setting.Key.EndsWith(
            "SigningKey",
            StringComparison.Ordinal)), setting => Assert.StartsWith("@Microsoft.KeyVault(", setting.Value, StringComparison.Ordinal));
        var (needed, foreign) = environment is "smtp" ? (BySmtp, ByCommunicationServices) : (ByCommunicationServices, BySmtp);
        Assert.All([.. Required, .. needed], name => Assert.Contains(name, settings.Keys));
        Assert.DoesNotContain(settings.Keys, name => Array.Exists(foreign, other => other == name));
        Assert.Equal("Production", settings["AZURE_FUNCTIONS_ENVIRONMENT"]);
        Assert.Equal(("1048576", "true"), (settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"], settings["AzureWebJobsDisableHomepage"]));
        var site = Assert.Single(Resources(environment, "Microsoft.Web/sites")).GetProperty("properties");
        Assert.True(site.GetProperty("httpsOnly").GetBoolean());
        var configuration = site.GetProperty("siteConfig");
        Assert.Equal(("1.2", "1.2", "Disabled", false), (
            configuration.GetProperty("minTlsVersion").GetString(),
            configuration.GetProperty("scmMinTlsVersion").GetString(),
            configuration.GetProperty("ftpsState").GetString(),
            configuration.GetProperty("remoteDebuggingEnabled").GetBoolean()));
        var origins = configuration.TryGetProperty("cors", out var cors) && cors.ValueKind is JsonValueKind.Object
            ? cors.GetProperty("allowedOrigins").EnumerateArray().Select(origin => origin.GetString())
            : [];
        Assert.Equal(environment is "smtp" ? ["https://app.example.com"] : [], origins);
        Assert.All(
            Resources(environment, "Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            policy => Assert.False(policy.GetProperty("properties").GetProperty("allow").GetBoolean()));
    }

    [Theory, Holds("I7")]
    [MemberData(nameof(Environments))]
    public void The_vault_keeps_deleted_secrets_and_grants_by_role_only(string environment)
    {
        var vault = Assert.Single(Resources(environment, "Microsoft.KeyVault/vaults")).GetProperty("properties");

        Assert.True(vault.GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(vault.GetProperty("enablePurgeProtection").GetBoolean());
        Assert.Equal(environment is "prod" ? "Disabled" : "Enabled", vault.GetProperty("publicNetworkAccess").GetString());
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void Tables_and_queues_are_those_that_the_app_uses(string environment)
    {
        Assert.Equal(
            ["Accounts", "Addresses", "Deletions", "Directory", "Throttles", "Tickets"],
            Names(environment, "Microsoft.Storage/storageAccounts/tableServices/tables"));
        Assert.Equal(
            [
                "account-events", "email-jobs", "email-jobs-poison", "housekeeping-jobs", "housekeeping-jobs-poison", "mail-reports",
                "mail-reports-poison",
            ],
            Names(environment, "Microsoft.Storage/storageAccounts/queueServices/queues"));
    }

    [Theory, Holds("I6")]
    [MemberData(nameof(Environments))]
    public void Local_authentication_is_disabled_wherever_possible(string environment)
    {
        Assert.All(
            Resources(environment, "Microsoft.Communication/communicationServices"),
            service => Assert.True(service.GetProperty("properties").GetProperty("disableLocalAuth").GetBoolean()));
        Assert.All(
            Resources(environment, "Microsoft.Insights/components"),
            component => Assert.True(component.GetProperty("properties").GetProperty("DisableLocalAuth").GetBoolean()));
        Assert.All(Resources(environment, "Microsoft.OperationalInsights/workspaces"), workspace => Assert.True(
            workspace.GetProperty("properties").GetProperty("features").GetProperty("disableLocalAuth").GetBoolean()));
        Assert.Equal(environment is "smtp", Resources(environment, "Microsoft.Communication/communicationServices").Count == 0);
        Assert.Equal(environment is "smtp", Resources(environment, "Microsoft.Communication/emailServices").Count == 0);
    }

    [Theory, Holds("I6")]
    [MemberData(nameof(Environments))]
    public void In_a_private_network_every_service_has_its_endpoint_behind_rules(string environment)
    {
        var services = Resources(environment, "Microsoft.Network/privateEndpoints")
            .SelectMany(endpoint => endpoint.GetProperty("properties").GetProperty("privateLinkServiceConnections").EnumerateArray())
            .Select(link => link.GetProperty("properties").GetProperty("groupIds")[0].GetString()!);
        var subnets = Resources(environment, "Microsoft.Network/virtualNetworks")
            .SelectMany(network => network.GetProperty("properties").GetProperty("subnets").EnumerateArray());

        Assert.Equal(
            environment is "prod" ? ["blob", "blob", "queue", "queue", "queue", "table", "table", "vault"] : [], services.Order(StringComparer.Ordinal));
        Assert.All(
            subnets.Where(subnet => subnet.GetProperty("name").GetString() == "endpoints"),
            subnet => Assert.True(subnet.GetProperty("properties").TryGetProperty("networkSecurityGroup", out _)));
    }

    [Theory, Holds("I8")]
    [MemberData(nameof(Environments))]
    public void Everything_that_holds_data_or_sends_mail_reports_to_the_workspace(string environment)
    {
        var reporting = Resources(environment, "Microsoft.Insights/diagnosticSettings").Select(Id).ToList();

        Assert.All(
            [
                "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/queueServices",
                "Microsoft.Storage/storageAccounts/tableServices", "Microsoft.KeyVault/vaults",
                "Microsoft.Communication/communicationServices",
            ],
            (string type) => Assert.All(
                Resources(environment, type),
                resource => Assert.Contains($"{Id(resource)}/providers/Microsoft.Insights/diagnosticSettings/to-workspace", reporting)));

        static string Id(JsonElement resource) => resource.GetProperty("id").GetString()!;
    }

    [Theory, Holds("I2")]
    [MemberData(nameof(Environments))]
    public void No_log_line_is_sampled(string environment)
    {
        var insights = Assert.Single(Resources(environment, "Microsoft.Insights/components")).GetProperty("properties");
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "..", "host.json")));
        var sampling = host.RootElement.GetProperty("logging").GetProperty("applicationInsights").GetProperty("samplingSettings");

        Assert.Equal(100, insights.GetProperty("SamplingPercentage").GetInt32());
        Assert.Equal("Request;Trace;Exception", sampling.GetProperty("excludedTypes").GetString());
    }

    [Theory, Holds("C3")]
    [MemberData(nameof(Environments))]
    public void Another_proxy_is_trusted_only_where_it_is_the_only_way_in(string environment)
    {
        var site = Assert.Single(Resources(environment, "Microsoft.Web/sites")).GetProperty("properties").GetProperty("siteConfig");
        var settings = Assert.Single(Resources(environment, "Microsoft.Web/sites/config")).GetProperty("properties");
        var isClosed = site.GetProperty("ipSecurityRestrictionsDefaultAction").GetString() is "Deny";
        var rules = site.GetProperty("ipSecurityRestrictions").EnumerateArray().ToList();

        Assert.Equal(environment is "smtp", isClosed);
        Assert.Equal(isClosed, settings.TryGetProperty("Throttle__TrustedProxyHops", out _));
        Assert.Equal(isClosed ? 1 : 0, rules.Count);
        Assert.All(rules, rule => Assert.Single(rule.GetProperty("headers").GetProperty("x-azure-fdid").EnumerateArray()));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public void Names_are_within_the_limits(string environment)
    {
        Assert.All(Names(environment, "Microsoft.Storage/storageAccounts"), name => Assert.Matches("^[a-z0-9]{3,24}$", name));
        Assert.All(
            Names(environment, "Microsoft.KeyVault/vaults"), name => Assert.Matches("^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$", name));
        Assert.All(Names(environment, "Microsoft.Web/sites"), name => Assert.InRange(name.Length, 2, 60));
    }

    [Fact]
    public void In_production_everything_that_holds_data_is_locked_against_deletion()
    {
        Assert.Equal(3, Resources("prod", "Microsoft.Authorization/locks").Count);
        Assert.Empty(Resources("dev", "Microsoft.Authorization/locks"));
        Assert.All(
        [
            "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults", "Microsoft.Web/sites",
            "Microsoft.OperationalInsights/workspaces",
        ], (string type) =>
            Assert.All(Resources("prod", type), resource => Assert.Equal(("accounts", "prod"), (
                resource.GetProperty("tags").GetProperty("workload").GetString(),
                resource.GetProperty("tags").GetProperty("environment").GetString()))));
    }

    [Fact]
    public async Task A_dry_run_prints_every_step_of_the_deployment()
    {
        var (exitCode, output) = await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "dev", "--dry-run");
        var steps = new[]
        {
            "az provider register --namespace Microsoft.Web", "openssl genpkey", "az group create", "what-if",
            "az deployment group create", "dotnet publish AccountFunctions", "package.sh", "config-zip", "refresh-secrets.sh",
            "smoke --base-url <defaultApiUrl> --issuer <apiUrl>", "smoke --base-url <apiUrl>",
        };

        Assert.Equal(0, exitCode);
        Assert.Equal(steps, steps.OrderBy(step => output.IndexOf(step, StringComparison.Ordinal)));
        Assert.All(steps, step => Assert.Contains(step, output, StringComparison.Ordinal));
        var powerShell = await File.ReadAllTextAsync(Path.Combine(Folder, "deploy.ps1"));
        var same = new[]
        {
            "'provider', 'register'", "openssl genpkey", "'group', 'create'", "'what-if'", "'deployment', 'group', 'create'",
            "'publish', 'AccountFunctions'", ".azurefunctions", "'config-zip'", "configreferences", "'restart'",
            "'smoke', '--base-url', $defaultApi",
        };
        Assert.All(same, step => Assert.Contains(step, powerShell, StringComparison.Ordinal));
        Assert.Equal(same, same.OrderBy(step => powerShell.IndexOf(step, StringComparison.Ordinal)));
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts")).ExitCode);
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "nowhere")).ExitCode);
    }

    [Theory]
    [InlineData("", 0, "Every reference is resolved")]
    [InlineData("Codes__Key\tSecretNotFound", 1, "Codes__Key\tSecretNotFound")]
    public async Task Secrets_are_read_again_and_the_app_restarts_once_all_are_resolved(string unresolved, int exitCode, string printed)
    {
        using var az = new FakeCommand("az", $"""
            case "$*" in
              *"functionapp show"*) echo /subscriptions/s/sites/func ;;
              *"--method get"*) printf '{unresolved.Replace("\t", "\\t", StringComparison.Ordinal)}' ;;
            esac
            """);
        var (code, output) = await RunAsync("bash", az.Environment(("REFRESH_PAUSE", "0")), "refresh-secrets.sh", "accounts", "func");

        Assert.Equal(exitCode, code);
        Assert.Contains(printed, output, StringComparison.Ordinal);
        var calls = az.Calls();
        Assert.Contains("/subscriptions/s/sites/func/config/configreferences/appsettings/refresh?api-version=", calls[1]);
        Assert.Equal(exitCode == 0, calls[^1].StartsWith("functionapp restart", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("apiUrl.value")]
    [InlineData("functionAppName.value")]
    [InlineData("group exists")]
    public async Task A_step_that_fails_ends_the_deployment(string step)
    {
        using var az = new FakeCommand("az", $"""
            case "$*" in
              *"{step}"*) exit 7 ;;
              *registrationState*) echo Registered ;;
              *"group exists"*) echo true ;;
              *) echo x ;;
            esac
            """);
        var (code, _) = await RunAsync("bash", az.Environment(), "deploy.sh", "accounts", "westeurope", "dev");

        Assert.Equal(7, code);
        Assert.DoesNotContain(az.Calls(), call => call.Contains("config-zip", StringComparison.Ordinal));
        Assert.DoesNotContain(az.Calls(), call => call.StartsWith("group create", StringComparison.Ordinal));
        Assert.DoesNotContain(az.Calls(), call => call.StartsWith("provider register", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_umask_hides_is_readable_in_the_package()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/zip"), "zip is not installed.");
        var folder = Directory.CreateTempSubdirectory().FullName;
        var script = $"""
            umask 077; mkdir -p {folder}/app/.azurefunctions; cd {folder}/app
            touch host.json worker.config.json functions.metadata extensions.json AccountFunctions.dll .azurefunctions/function.deps.json
            bash {Path.GetFullPath(Folder)}/package.sh {folder}/app {folder}/app.zip
            """;
        Assert.Equal((0, ""), await RunAsync("bash", "-c", script));
        using (var zip = ZipFile.OpenRead(Path.Combine(folder, "app.zip")))
        {
            // The mode of a Unix file is in the upper half.
            Assert.All(zip.Entries, entry => Assert.Equal(0x24, (entry.ExternalAttributes >> 16) & 0x24));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null, null, 0, "")]
    [InlineData(".azurefunctions/function.deps.json", null, 1, "the published app lacks .azurefunctions/")]
    [InlineData("functions.metadata", null, 1, "the published app lacks functions.metadata")]
    [InlineData(null, "local.settings.json", 1, "local.settings.json must not leave this machine")]
    public async Task The_upload_has_its_hidden_folder_and_no_local_settings(
        string? without, string? with, int exitCode, string errors)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/zip"), "zip is not installed.");
        var folder = Directory.CreateTempSubdirectory().FullName;
        string[] files =
        [
            "host.json", "worker.config.json", "functions.metadata", "extensions.json", "AccountFunctions.dll",
            ".azurefunctions/function.deps.json",
        ];
        foreach (var file in files.Where(file => file != without).Concat(with is null ? [] : [with]))
        {
            var path = Path.Combine(folder, "app", file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "");
        }

        Assert.Equal((exitCode, errors), await RunAsync(
            "bash",
            "package.sh",
            Path.Combine(folder, "app"),
            Path.Combine(folder, "app.zip")) is var (code, output) ? (code, output.TrimEnd()) : default);
        Directory.Delete(folder, recursive: true);
    }

    [Fact, Holds("I5", "I9")]
    public void The_workflows_pin_every_action_and_need_no_secret()
    {
        var workflows = Directory.GetFiles(Path.Combine(Folder, "..", ".github", "workflows")).Select(File.ReadAllText).ToList();

        Assert.NotEmpty(workflows);
        Assert.All(
            workflows.SelectMany(text => Uses().Matches(text)), match => Assert.Matches("^[^@]+@[0-9a-f]{40} # v", match.Groups[1].Value));
        Assert.All(workflows, text => Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal));
        Assert.All(workflows, text => Assert.Contains("permissions:\n  contents: read\n", text, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"uses: (.+)")]
    private static partial Regex Uses();
}
