using System.Text.RegularExpressions;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>That what docs/operations.md tells operators to do can be done.</summary>
public sealed partial class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Repository.PathTo("docs", "operations.md"));

    // At night, a link that leads nowhere costs minutes.
    [Fact]
    public void Links_within_the_manual_lead_to_a_heading() => Assert.All(
        Links().Matches(Manual).Select(link => link.Groups[1].Value),
        link => Assert.Contains(link, Headings().Matches(Manual).Select(heading => Anchor(heading.Groups[1].Value))));

    [Fact]
    public void Levers_pull_functions_that_exist()
    {
        var functions = Directory.GetFiles(Repository.PathTo("AccountFunctions", "Functions"), "*.cs").Select(File.ReadAllText).ToList();
        var levers = Levers().Matches(Manual).Select(lever => lever.Groups[1].Value).ToList();

        Assert.Equal(["Register", "SendEmail"], levers.Order(StringComparer.Ordinal));
        Assert.All(levers, lever => Assert.Contains(
            functions, text => text.Contains($"[Function(nameof({lever}))", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_parameter_that_is_no_matter_of_course_is_explained()
    {
        // Names of their own, keys that somebody else makes, and what the app's settings explain.
        string[] known = ["location", "tags", "audience", "productName", "codeKeySeed", "factorsKeySeed", "backupKeySeed", "smtpPassword"];
        var parameters = Parameters().Matches(File.ReadAllText(Path.Combine(Folder, "main.bicep")))
            .Select(parameter => parameter.Groups[1].Value)
            .Except(known)
            .ToList();

        Assert.NotEmpty(parameters);
        Assert.All(parameters, parameter => Assert.Contains($"`{parameter}", Manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Scripts_and_templates_that_the_manual_names_exist() => Assert.All(
        Files().Matches(Manual).Select(file => file.Groups[1].Value), file => Assert.True(
            File.Exists(Repository.PathTo(file.Split('/'))), file));

    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex("^#{2,3} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex("[^a-z0-9_ -]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"`AzureWebJobs\.([A-Za-z]+)\.Disabled=true`")]
    private static partial Regex Levers();

    [GeneratedRegex("^param ([A-Za-z]+) ", RegexOptions.Multiline)]
    private static partial Regex Parameters();

    [GeneratedRegex(@"(infra/[A-Za-z/-]+\.(?:sh|bicepparam|bicep|yaml))")]
    private static partial Regex Files();
}
