using System.Text.Json;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>
/// What is deployed, checked without Azure by the pinned Bicep CLI: the templates themselves, and the resources they come to. After a
/// change that is meant,
/// <c>UPDATE_DOCS=1 dotnet test --project tools/Delivery.Tests --filter-class "*BicepTests"</c> writes the snapshots again.
/// </summary>
public sealed class BicepTests
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

    [Theory, Holds("I9")]
    [InlineData("main.bicep", "BackupKey", "CodesKey", "FactorsKey")]
    [InlineData("signing-key.bicep", "TokensSigningKey")]
    public async Task The_templates_build_and_never_overwrite_a_key(string file, params string[] keys)
    {
        var (exitCode, output) = await BicepAsync("build", file, "--stdout");
        Assert.Equal(0, exitCode);
        using var template = JsonDocument.Parse(output);
        var written = Find(template.RootElement, "Microsoft.KeyVault/vaults/secrets")
            .Where(secret => !secret.TryGetProperty("existing", out _));
        var secrets = written.ToDictionary(
            secret => secret.GetProperty("name").GetString()!.Split('\'')[^2],
            secret => secret.TryGetProperty("@options", out var options) && options.TryGetProperty("onlyIfNotExists", out _));

        Assert.Equal(keys, secrets.Where(secret => secret.Value).Select(secret => secret.Key).Order(StringComparer.Ordinal));
        Assert.All(secrets.Where(secret => !secret.Value), secret => Assert.Equal("SmtpPassword", secret.Key));
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
        // Flex Consumption refuses ftpsState and others that do not apply to it.
        Assert.Subset(
            new HashSet<string>
            {
                "minTlsVersion", "scmMinTlsVersion", "http20Enabled", "cors", "ipSecurityRestrictions",
                "ipSecurityRestrictionsDefaultAction",
            },
            configuration.EnumerateObject().Select(property => property.Name).ToHashSet());
        Assert.Equal(
            ("1.2", "1.2"),
            (configuration.GetProperty("minTlsVersion").GetString(), configuration.GetProperty("scmMinTlsVersion").GetString()));
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
            environment is "prod" ? ["blob", "blob", "queue", "queue", "queue", "table", "table", "vault"] : [],
            services.Order(StringComparer.Ordinal));
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

        // In this mode, the host samples traces alone, and TelemetryExportTests shows that the app does.
        Assert.Equal("OpenTelemetry", host.RootElement.GetProperty("telemetryMode").GetString());
        Assert.Equal(100, insights.GetProperty("SamplingPercentage").GetInt32());
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
        Assert.All(rules, rule =>
        {
            Assert.Equal(("ServiceTag", "AzureFrontDoor.Backend", "Allow"), (
                rule.GetProperty("tag").GetString(), rule.GetProperty("ipAddress").GetString(), rule.GetProperty("action").GetString()));
            // Without the header, any customer's Front Door would do.
            Assert.Equal(
                ["00000000-0000-0000-0000-000000000000"],
                rule.GetProperty("headers").GetProperty("x-azure-fdid").EnumerateArray().Select(id => id.GetString()));
        });
        Assert.All(
            rules, _ => Assert.Equal("2", settings.GetProperty("Throttle__TrustedProxyHops").GetString()));
    }

    [Theory, Holds("C3")]
    [InlineData("", 1)]
    [InlineData("param frontDoorId = '00000000-0000-0000-0000-000000000000'", 0)]
    public async Task Nobody_trusts_another_proxy_by_a_setting_alone(string frontDoor, int exitCode)
    {
        var file = Path.Combine(Folder, $"hops{exitCode}.bicepparam");
        await File.WriteAllTextAsync(file, $$"""
            {{await File.ReadAllTextAsync(Path.Combine(Folder, "dev.bicepparam"))}}
            {{frontDoor}}
            param settings = { Throttle__TrustedProxyHops: '2' }
            """);
        try
        {
            var (code, output) = await BicepAsync(
                "snapshot", Path.GetFileName(file), "--mode", "overwrite", "--resource-group", "accounts", "--location", "westeurope",
                "--subscription-id", Guid.Empty.ToString(), "--tenant-id", Guid.Empty.ToString(), "--deployment-name", "main");
            Assert.Equal(exitCode, code);
            Assert.Equal(exitCode == 1, output.Contains("needs frontDoorId", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
            File.Delete(Path.ChangeExtension(file, "snapshot.json"));
        }
    }

    [Fact]
    public async Task A_network_can_be_kept_out()
    {
        var file = Path.Combine(Folder, "blocked.bicepparam");
        await File.WriteAllTextAsync(
            file, $"{await File.ReadAllTextAsync(Path.Combine(Folder, "dev.bicepparam"))}\nparam blockedNetworks = ['192.0.2.0/24']\n");
        try
        {
            Assert.Equal((0, ""), await BicepAsync(
                "snapshot", Path.GetFileName(file), "--mode", "overwrite", "--resource-group", "accounts", "--location", "westeurope",
                "--subscription-id", Guid.Empty.ToString(), "--tenant-id", Guid.Empty.ToString(), "--deployment-name", "main"));
            var site = Assert.Single(Resources("blocked", "Microsoft.Web/sites")).GetProperty("properties").GetProperty("siteConfig");
            var rule = Assert.Single(site.GetProperty("ipSecurityRestrictions").EnumerateArray());
            Assert.Equal("Allow", site.GetProperty("ipSecurityRestrictionsDefaultAction").GetString());
            Assert.Equal(("Deny", "192.0.2.0/24"), (rule.GetProperty("action").GetString(), rule.GetProperty("ipAddress").GetString()));
        }
        finally
        {
            File.Delete(file);
            File.Delete(Path.ChangeExtension(file, "snapshot.json"));
        }
    }

    // In a zone that fails, half of the instances go on; each group needs two for that.
    [Fact]
    public void In_production_instances_are_ready_in_two_zones()
    {
        var plan = Assert.Single(Resources("prod", "Microsoft.Web/serverfarms")).GetProperty("properties");
        var groups = Assert.Single(Resources("prod", "Microsoft.Web/sites")).GetProperty("properties").GetProperty("functionAppConfig")
            .GetProperty("scaleAndConcurrency").GetProperty("alwaysReady").EnumerateArray()
            .ToDictionary(group => group.GetProperty("name").GetString()!, group => group.GetProperty("instanceCount").GetInt32());

        Assert.True(plan.GetProperty("zoneRedundant").GetBoolean());
        Assert.Equal(["function:SendEmail", "http"], groups.Keys.Order(StringComparer.Ordinal));
        Assert.All(groups.Values, count => Assert.InRange(count, 2, 10));
        Assert.Contains(
            "[Function(nameof(SendEmail))]",
            File.ReadAllText(Repository.PathTo("AccountFunctions", "Functions", "EmailJobs.cs")),
            StringComparison.Ordinal);
        Assert.All(
            Resources("prod", "Microsoft.Storage/storageAccounts").Where(
                account => !account.GetProperty("name").GetString()!.StartsWith("stb", StringComparison.Ordinal)),
            account => Assert.EndsWith("ZRS", account.GetProperty("sku").GetProperty("name").GetString(), StringComparison.Ordinal));
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
}
