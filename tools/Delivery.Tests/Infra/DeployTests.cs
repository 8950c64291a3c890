using System.IO.Compression;
using System.Text.RegularExpressions;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>The scripts and workflows that deploy, with a stand-in for <c>az</c>.</summary>
public sealed partial class DeployTests
{
    private static readonly string[] PackageFiles =
    [
        "host.json", "worker.config.json", "functions.metadata", "extensions.json", "AccountFunctions.dll",
        ".azurefunctions/function.deps.json",
    ];

    private static readonly string Workflows = Path.Combine(Folder, "..", ".github", "workflows");

    private static string AzureYaml => File.ReadAllText(Path.Combine(Folder, "..", "azure.yaml"));

    [Fact]
    public async Task A_dry_run_prints_every_step_of_the_deployment()
    {
        var (exitCode, output) = await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "dev", "--dry-run");
        var steps = new[]
        {
            "az account show", "az provider register --namespace Microsoft.Web", "az group create", "what-if",
            "az deployment group create", "signing-key.sh accounts <vaultName>", "dotnet publish AccountFunctions", "package.sh",
            "config-zip", "refresh-secrets.sh",
            "smoke --base-url <defaultApiUrl> --issuer <apiUrl>", "smoke --base-url <apiUrl>",
        };

        Assert.Equal(0, exitCode);
        Assert.Equal(steps, steps.OrderBy(step => output.IndexOf(step, StringComparison.Ordinal)));
        Assert.All(steps, step => Assert.Contains(step, output, StringComparison.Ordinal));
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts")).ExitCode);
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "nowhere")).ExitCode);
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "dev", "--all")).ExitCode);
        Assert.Equal(2, (await RunAsync("bash", "deploy.sh", "accounts", "westeurope", "dev", "--package", "nowhere.zip")).ExitCode);
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
        foreach (var file in PackageFiles.Where(file => file != without).Concat(with is null ? [] : [with]))
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

    [Fact]
    public async Task What_if_changes_nothing_and_needs_only_rights_to_read()
    {
        using var az = new FakeCommand("az", "true");
        var (code, _) = await RunAsync("bash", az.Environment(), "deploy.sh", "accounts", "westeurope", "dev", "--what-if");

        Assert.Equal(0, code);
        Assert.Collection(
            az.Calls(),
            call => Assert.StartsWith("account show", call, StringComparison.Ordinal),
            call => Assert.Matches("^deployment group what-if .*--validation-level ProviderNoRbac", call));
    }

    [Fact]
    public async Task A_rollback_uploads_a_kept_package_and_leaves_the_resources_alone()
    {
        using var package = new Package();
        using var az = new FakeCommand("az", """
            case "$*" in
              *"account show"*) echo "As ada in subscription accounts (1)" ;;
              *outputs*) echo x ;;
              *"functionapp show"*) echo /subscriptions/s/sites/func ;;
            esac
            """);
        using var dotnet = new FakeCommand("dotnet", "true");
        var environment = az.Environment();
        environment["PATH"] = dotnet.Environment()["PATH"].Split(':')[0] + ":" + environment["PATH"];
        var (code, output) = await RunAsync(
            "bash", environment, "deploy.sh", "accounts", "westeurope", "dev", "--code-only", package.Zip);

        Assert.True(code == 0, output);
        Assert.Contains("As ada in subscription accounts (1)", output, StringComparison.Ordinal);
        Assert.Contains(az.Calls(), call => call.Contains($"config-zip --resource-group accounts --name x --src {package.Zip}"));
        Assert.DoesNotContain(az.Calls(), call => call.StartsWith("deployment group create", StringComparison.Ordinal)
            || call.StartsWith("group", StringComparison.Ordinal) || call.StartsWith("provider", StringComparison.Ordinal));
        Assert.DoesNotContain(dotnet.Calls(), call => call.StartsWith("publish", StringComparison.Ordinal));
        Assert.Contains(dotnet.Calls(), call => call.Contains("smoke", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--package")]
    [InlineData("--code-only")]
    public async Task A_broken_package_is_refused_before_anything_changes(string option)
    {
        using var package = new Package("functions.metadata");
        using var az = new FakeCommand("az", """[[ "$*" != *config-zip* ]] || exit 7""");
        var (code, output) = await RunAsync(
            "bash", az.Environment(("RETRY_PAUSE", "0")), "deploy.sh", "accounts", "westeurope", "dev", option, package.Zip);

        Assert.Equal(1, code);
        Assert.Contains("the published app lacks functions.metadata", output, StringComparison.Ordinal);
        Assert.StartsWith("account show", Assert.Single(az.Calls()), StringComparison.Ordinal);
    }

    [Fact, Holds("I9")]
    public async Task The_signing_key_is_on_no_command_line_and_in_no_file()
    {
        using var az = new FakeCommand("az", """[ "$VAULT" = kv ] && grep -q "BEGIN PRIVATE KEY" <<<"$SIGNING_KEY_SEED" """);
        var (code, output) = await RunAsync("bash", az.Environment(), "signing-key.sh", "accounts", "kv");

        Assert.Equal((0, ""), (code, output));
        Assert.Equal(
            ["deployment group create --resource-group accounts --name accounts-signing-key --parameters signing-key.bicepparam "
                + "--output none"],
            az.Calls());
        Assert.DoesNotContain(
            AzureYaml.Split('\n'), line => line.Contains("azd env set", StringComparison.Ordinal) && !line.TrimStart().StartsWith('#'));
    }

    // azd has the same steps around the same templates.
    [Fact]
    public void Azd_runs_the_scripts_of_the_deployment()
    {
        var outputs = Outputs().Matches(File.ReadAllText(Path.Combine(Folder, "main.bicep"))).Select(match => match.Groups[1].Value);
        var scripts = Scripts().Matches(AzureYaml).Select(match => match.Groups[1].Value).ToList();
        var tags = Assert.Single(Resources("dev", "Microsoft.Web/sites")).GetProperty("tags");

        Assert.Equal(["infra/signing-key.sh", "infra/refresh-secrets.sh"], scripts);
        Assert.All(scripts, script => Assert.True(File.Exists(Path.Combine(Folder, "..", script)), script));
        Assert.Subset(outputs.ToHashSet(), Variables().Matches(AzureYaml).Select(match => match.Groups[1].Value).ToHashSet());
        Assert.Contains($"\n  {tags.GetProperty("azd-service-name").GetString()}:\n    project: AccountFunctions\n", AzureYaml);
        Assert.Contains("AzureCommunicationEmail:-}\" = Package", AzureYaml, StringComparison.Ordinal);
    }

    [Fact, Holds("I5", "I9")]
    public void The_workflows_pin_every_action_and_need_no_secret_of_Azure()
    {
        var workflows = Directory.GetFiles(Workflows).Select(File.ReadAllText).ToList();

        Assert.NotEmpty(workflows);
        Assert.All(
            workflows.SelectMany(text => Uses().Matches(text)), match => Assert.Matches("^[^@]+@[0-9a-f]{40} # v", match.Groups[1].Value));
        Assert.Equal(
            ["ALERT_WEBHOOK", "SMTP_PASSWORD"],
            workflows.SelectMany(text => Secrets().Matches(text)).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.All(workflows, text => Assert.Contains("permissions:\n  contents: read\n", text, StringComparison.Ordinal));
    }

    [Fact, Holds("I5")]
    public void What_is_deployed_is_the_package_that_ci_has_passed()
    {
        var ci = File.ReadAllText(Path.Combine(Workflows, "ci.yml"));
        var deploy = File.ReadAllText(Path.Combine(Workflows, "deploy.yml"));
        var plan = deploy[deploy.IndexOf("\n  plan:", StringComparison.Ordinal)..deploy.IndexOf("\n  deploy:", StringComparison.Ordinal)];
        var approved = deploy[deploy.IndexOf("\n  deploy:", StringComparison.Ordinal)..];

        Assert.InRange(ci.IndexOf("infra/package.sh app app.zip", StringComparison.Ordinal), ci.IndexOf(
            "bash .ci/run", StringComparison.Ordinal), ci.IndexOf("actions/upload-artifact@", StringComparison.Ordinal));
        Assert.All(
            [".conclusion == \"success\"", ".event == \"push\"", ".path == \".github/workflows/ci.yml\"", ".head_branch == env.BRANCH"],
            (string condition) => Assert.Contains(condition, plan, StringComparison.Ordinal));
        Assert.Contains("environment: ${{ inputs.environment }}-plan\n", plan, StringComparison.Ordinal);
        Assert.Contains("--what-if", plan, StringComparison.Ordinal);
        Assert.Contains("needs: plan\n", approved, StringComparison.Ordinal);
        Assert.Contains("environment: ${{ inputs.environment }}\n", approved, StringComparison.Ordinal);
        Assert.Contains("run-id: ${{ needs.plan.outputs.run }}", approved, StringComparison.Ordinal);
        Assert.Contains("ref: ${{ needs.plan.outputs.commit }}", approved, StringComparison.Ordinal);
        Assert.Contains("\"$OPTION\" app.zip", approved, StringComparison.Ordinal);
        var environments = Assert.Single(Regex.Matches(deploy, @"options: \[(.+)\]")).Groups[1].Value.Split(", ");
        Assert.Equal(Templates.Environments.Select(row => row.Data), environments);
    }

    [GeneratedRegex(@"uses: (.+)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"secrets\.([A-Z_]+)")]
    private static partial Regex Secrets();

    [GeneratedRegex("^output ([A-Za-z]+) ", RegexOptions.Multiline)]
    private static partial Regex Outputs();

    [GeneratedRegex(@"(infra/[a-z-]+\.sh) ")]
    private static partial Regex Scripts();

    [GeneratedRegex(@"""\$([a-z][A-Za-z]+)""")]
    private static partial Regex Variables();

    /// <summary>A package as <c>package.sh</c> makes it.</summary>
    private sealed class Package : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory().FullName;

        public Package(string? without = null)
        {
            using var zip = ZipFile.Open(Zip, ZipArchiveMode.Create);
            foreach (var file in PackageFiles.Append(".azurefunctions/").Where(file => file != without))
            {
                zip.CreateEntry(file);
            }
        }

        public string Zip => Path.Combine(folder, "app.zip");

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
