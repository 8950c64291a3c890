using System.Text.Json;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>Where backups go, who writes them and when, by the example for production.</summary>
public sealed class BackupTests
{
    private static JsonElement Account => Assert.Single(
        Resources("prod", "Microsoft.Storage/storageAccounts"),
        account => account.GetProperty("name").GetString()!.StartsWith("stb", StringComparison.Ordinal));

    [Fact]
    public void Backups_lie_in_another_group_and_region()
    {
        var others = Resources("prod", "Microsoft.Storage/storageAccounts").Where(account => Id(account) != Id(Account)).ToList();

        Assert.NotEmpty(others);
        Assert.All(others, other => Assert.NotEqual(Group(other), Group(Account)));
        Assert.All(others, other => Assert.NotEqual(Text(other, "location"), Text(Account, "location")));

        static string Group(JsonElement resource) => Id(resource).Split('/')[4];
    }

    [Fact]
    public void A_run_cannot_be_changed_for_a_time_and_is_deleted_after_it()
    {
        var container = Assert.Single(
            Resources("prod", "Microsoft.Storage/storageAccounts/blobServices/containers"), resource => Text(resource, "name").EndsWith(
                "/backups", StringComparison.Ordinal));
        var policy = Assert.Single(
            Resources("prod", "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies")).GetProperty("properties");
        var service = Assert.Single(
            Resources("prod", "Microsoft.Storage/storageAccounts/blobServices"), resource => Id(container).StartsWith(
                $"{Id(resource)}/", StringComparison.Ordinal));
        var rule = Assert.Single(
            Assert.Single(Resources("prod", "Microsoft.Storage/storageAccounts/managementPolicies"))
                .GetProperty("properties").GetProperty("policy").GetProperty("rules").EnumerateArray());
        var actions = rule.GetProperty("definition").GetProperty("actions");
        var days = policy.GetProperty("immutabilityPeriodSinceCreationInDays").GetInt32();

        Assert.StartsWith(Id(Account), Id(container), StringComparison.Ordinal);
        Assert.True(
            container.GetProperty("properties").GetProperty("immutableStorageWithVersioning").GetProperty("enabled").GetBoolean());
        // Azure refuses the one without the other.
        Assert.True(service.GetProperty("properties").GetProperty("isVersioningEnabled").GetBoolean());
        Assert.Equal(35, days);
        // The current blob becomes a version when the rule deletes it, and the rule must then find that, too.
        Assert.All(
            ["baseBlob", "version"], (string what) => Assert.InRange(
                actions.GetProperty(what).GetProperty("delete").GetProperty("daysAfterCreationGreaterThan").GetInt32(), days, days + 7));
    }

    [Theory]
    [InlineData("full", "0 2 * * *")]
    [InlineData("incremental", "*/15 * * * *")]
    public void A_job_runs_on_schedule_with_the_key_of_the_vault(string kind, string schedule)
    {
        var job = Assert.Single(
            Resources("prod", "Microsoft.App/jobs"),
            resource => Text(resource, "name").StartsWith($"caj-{kind}-", StringComparison.Ordinal));
        var properties = job.GetProperty("properties");
        var configuration = properties.GetProperty("configuration");
        var container = Assert.Single(properties.GetProperty("template").GetProperty("containers").EnumerateArray());
        var arguments = container.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!).ToList();
        var settings = container.GetProperty("env").EnumerateArray().ToDictionary(setting => Text(setting, "name"));
        var secret = Assert.Single(configuration.GetProperty("secrets").EnumerateArray());

        // Azure allows no longer name.
        Assert.InRange(Text(job, "name").Length, 2, 32);
        Assert.Equal("Schedule", Text(configuration, "triggerType"));
        Assert.Equal(schedule, Text(configuration.GetProperty("scheduleTriggerConfig"), "cronExpression"));
        Assert.Equal(["backup", $"--{kind}", "--to"], arguments[..3]);
        Assert.Contains("blob", arguments[3], StringComparison.Ordinal);
        Assert.Equal(
            [
                "AZURE_CLIENT_ID", "AccountsStorage__clientId", "AccountsStorage__credential", "AccountsStorage__tableServiceUri",
                "Backup__Key",
            ],
            settings.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Text(secret, "name"), Text(settings["Backup__Key"], "secretRef"));
        Assert.Contains("BackupKey", Text(secret, "keyVaultUrl"), StringComparison.Ordinal);
        Assert.DoesNotContain(settings.Values, setting => setting.TryGetProperty("value", out var value)
            && value.GetString()!.Contains("AccountKey", StringComparison.Ordinal));
    }

    [Fact]
    public void In_a_private_network_the_jobs_have_a_subnet_of_their_own()
    {
        var environment = Assert.Single(Resources("prod", "Microsoft.App/managedEnvironments")).GetProperty("properties");
        var network = environment.GetProperty("vnetConfiguration");

        Assert.True(network.GetProperty("internal").GetBoolean());
        Assert.EndsWith("/subnets/jobs", Text(network, "infrastructureSubnetId"), StringComparison.Ordinal);
        Assert.Equal("azure-monitor", Text(environment.GetProperty("appLogsConfiguration"), "destination"));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("smtp")]
    public void Without_the_parameter_there_is_none_of_it(string environment)
    {
        Assert.Empty(Resources(environment, "Microsoft.App/jobs"));
        Assert.DoesNotContain(
            Resources(environment, "Microsoft.KeyVault/vaults/secrets"), secret => Text(secret, "name").EndsWith(
                "/BackupKey", StringComparison.Ordinal));
    }

    private static string Id(JsonElement resource) => Text(resource, "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
