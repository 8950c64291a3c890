using System.Text.Json;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>Which alerts there are, whom they call, and that they ask for what exists.</summary>
public sealed partial class AlertTests
{
    private static readonly string Manual = File.ReadAllText(Repository.PathTo("docs", "operations.md"));

    private static readonly string[] Always =
    [
        "5xx", "burn-fast", "burn-slow", "hashes-refused", "host-restarts", "host-storage-denied", "internal-faults", "mail-dropped",
        "mail-failures", "mail-late", "mail-misconfigured", "mail-quota", "mail-refused", "mail-stuck", "poison", "queue-depth",
        "refresh-token-reuse", "secrets-unresolved", "server-errors", "storage-denied", "storage-throttled", "throttled-requests",
        "vault-denied",
    ];

    private static readonly string[] Watched = ["availability", "certificate"];
    private static readonly string[] Backups = ["backup-full", "backup-increment"];

    public static TheoryData<string> Environments => Templates.Environments;

    [Theory, Holds("I8")]
    [InlineData("dev", "mail-bounced")]
    [InlineData("prod", "mail-bounced", "availability", "certificate", "backup-full", "backup-increment")]
    [InlineData("smtp", "availability", "certificate")]
    public void Every_alert_exists_and_is_explained_to_operators(string environment, params string[] more)
    {
        var alerts = Alerts(environment).Select(Name).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Always.Concat(more).Order(StringComparer.Ordinal), alerts);
        Assert.All(Alerts(environment), alert => Assert.Contains(
            Rows(), row => row.Names.Contains(Name(alert))
                && row.Severity == alert.GetProperty("properties").GetProperty("severity").GetInt32()
                && row.Window == Window(alert)));
    }

    [Fact, Holds("I8")]
    public void The_manual_explains_no_alert_that_does_not_exist() => Assert.Equal(
        [.. Always.Concat(Watched).Concat(Backups).Append("mail-bounced").Order(StringComparer.Ordinal)],
        Rows().SelectMany(row => row.Names).Order(StringComparer.Ordinal));

    [Theory, Holds("I8")]
    [MemberData(nameof(Environments))]
    public void Every_alert_looks_at_twice_the_time_between_two_looks_and_calls_the_receivers(string environment)
    {
        var group = Assert.Single(Resources(environment, "Microsoft.Insights/actionGroups"));
        var id = group.GetProperty("id").GetString();

        Assert.All(Alerts(environment), alert =>
        {
            var properties = alert.GetProperty("properties");
            var actions = properties.GetProperty("actions");
            var called = actions.ValueKind is JsonValueKind.Array
                ? actions.EnumerateArray().Select(action => action.GetProperty("actionGroupId").GetString())
                : actions.GetProperty("actionGroups").EnumerateArray().Select(action => action.GetString());
            Assert.True(properties.GetProperty("enabled").GetBoolean());
            Assert.InRange(properties.GetProperty("severity").GetInt32(), 0, 2);
            Assert.True(Window(alert) >= 2 * Duration(properties.GetProperty("evaluationFrequency").GetString()!), Name(alert));
            Assert.Equal([id], called);
        });
    }

    [Theory, Holds("I8")]
    [InlineData("prod")]
    [InlineData("smtp")]
    public void Two_receivers_are_called(string environment)
    {
        var group = Assert.Single(Resources(environment, "Microsoft.Insights/actionGroups")).GetProperty("properties");

        Assert.True(group.GetProperty("enabled").GetBoolean());
        Assert.Equal(2, group.GetProperty("emailReceivers").EnumerateArray()
            .Select(receiver => receiver.GetProperty("emailAddress").GetString()).Distinct().Count());
    }

    [Fact, Holds("I8")]
    public void A_pager_is_called_by_a_url_that_is_a_secret()
    {
        var module = File.ReadAllText(Path.Combine(Folder, "modules", "alerts.bicep"));
        var main = File.ReadAllText(Path.Combine(Folder, "main.bicep"));

        Assert.Contains("serviceUri: alertWebhook", module, StringComparison.Ordinal);
        Assert.All([module, main], text => Assert.Contains("@secure()\nparam alertWebhook", text, StringComparison.Ordinal));
    }

    [Fact, Holds("I8")]
    public void Queries_ask_for_metrics_tags_and_values_that_exist()
    {
        var queries = Queries("prod").Select(query => query.Text).Append(Workbook()).ToList();
        var table = MetricRows().Matches(Manual).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        var source = EmailSource("EmailSender.cs") + EmailSource("EmailComposer.cs");

        Assert.NotEmpty(table);
        Assert.All(queries.SelectMany(query => MetricNames().Matches(query)), match => Assert.Contains(
            match.Groups[1].Value, table.Keys));
        // A query on one metric may only ask for the tags of that one.
        Assert.All(Pieces(queries), piece => Assert.All(TagNames().Matches(piece.Query), tag => Assert.Contains(
            $"`{tag.Groups[1].Value}`", table[piece.Metric], StringComparison.Ordinal)));
        Assert.All(Pieces(queries), piece => Assert.All(Values().Matches(piece.Query), list => Assert.All(
            Quoted().Matches(list.Groups[2].Value), value => Assert.True(
                table[piece.Metric].Contains($"`{value.Groups[1].Value}`", StringComparison.Ordinal)
                    || source.Contains($"\"{value.Groups[1].Value}\"", StringComparison.Ordinal)
                    || value.Groups[1].Value is QueueNames.EmailJobs || value.Groups[1].Value == Problem.InternalFault.Code,
                value.Groups[1].Value))));
        Assert.Contains(queries, query => query.Contains($"/{QueueNames.EmailJobs}/", StringComparison.Ordinal));
    }

    // Azure cannot evaluate an alert over a table on the plan Basic.
    [Fact, Holds("I8")]
    public void Alerts_read_no_table_that_is_kept_cheaply()
    {
        var cheap = Resources("prod", "Microsoft.OperationalInsights/workspaces/tables")
            .Where(table => table.GetProperty("properties").GetProperty("plan").GetString() is not "Analytics")
            .Select(table => table.GetProperty("name").GetString()!.Split('/')[^1])
            .ToList();

        Assert.NotEmpty(cheap);
        Assert.All(Queries("prod"), query => Assert.DoesNotContain(
            cheap, table => query.Text.Contains(table, StringComparison.Ordinal)));
    }

    [Fact, Holds("I8")]
    public void The_app_is_probed_from_three_places_and_two_that_fail_wake_somebody()
    {
        var test = Assert.Single(
            Resources("prod", "Microsoft.Insights/webtests"), test => test.GetProperty("name").GetString()!.StartsWith(
                "ready-", StringComparison.Ordinal)).GetProperty("properties");
        var alert = Assert.Single(Alerts("prod"), alert => Name(alert) is "availability").GetProperty("properties");

        Assert.Equal("https://accounts.example.com/api/health/ready", test.GetProperty("Request").GetProperty("RequestUrl").GetString());
        Assert.Equal(3, test.GetProperty("Locations").EnumerateArray().Select(place => place.GetProperty("Id").GetString())
            .Distinct().Count());
        Assert.Equal(0, alert.GetProperty("severity").GetInt32());
        Assert.Equal(2, alert.GetProperty("criteria").GetProperty("failedLocationCount").GetInt32());
    }

    [Fact, Holds("I8")]
    public void A_certificate_is_reported_weeks_before_it_expires()
    {
        var test = Assert.Single(
            Resources("prod", "Microsoft.Insights/webtests"), test => test.GetProperty("name").GetString()!.StartsWith(
                "certificate-", StringComparison.Ordinal)).GetProperty("properties").GetProperty("ValidationRules");

        Assert.True(test.GetProperty("SSLCheck").GetBoolean());
        Assert.InRange(test.GetProperty("SSLCertRemainingLifetimeCheck").GetInt32(), 14, 60);
    }

    // An alert on what is missing must not need a row: a maximum of no rows is a row whose value is null.
    [Fact, Holds("I8")]
    public void A_backup_that_never_ran_is_missed() => Assert.All(
        Queries("prod").Where(query => query.Name.StartsWith("backup-", StringComparison.Ordinal)).ToList(), query =>
        {
            Assert.Contains("| summarize last = max(TimeGenerated)\n| where isnull(last) or", query.Text, StringComparison.Ordinal);
            Assert.Contains("AccountName == \"stb", query.Text, StringComparison.Ordinal);
        });

    [Fact]
    public void Spending_is_watched()
    {
        var budget = Assert.Single(Resources("prod", "Microsoft.Consumption/budgets")).GetProperty("properties");

        Assert.Equal("Monthly", budget.GetProperty("timeGrain").GetString());
        Assert.All(budget.GetProperty("notifications").EnumerateObject(), notification => Assert.Equal(
            (2, 1), (notification.Value.GetProperty("contactEmails").GetArrayLength(),
                notification.Value.GetProperty("contactGroups").GetArrayLength())));
    }

    private static string EmailSource(string file) => File.ReadAllText(Repository.PathTo("AccountFunctions", "Email", file));

    private static List<JsonElement> Alerts(string environment) =>
        [.. Resources(environment, "Microsoft.Insights/scheduledQueryRules"), .. Resources(environment, "Microsoft.Insights/metricAlerts")];

    private static string Name(JsonElement alert) => alert.GetProperty("name").GetString()!.Split('-', 5)[^1];

    private static TimeSpan Window(JsonElement alert) => Duration(alert.GetProperty("properties").GetProperty("windowSize").GetString()!);

    private static TimeSpan Duration(string iso) => System.Xml.XmlConvert.ToTimeSpan(iso);

    private static IEnumerable<(string Name, string Text)> Queries(string environment) =>
        Resources(environment, "Microsoft.Insights/scheduledQueryRules").Select(alert => (Name(alert), alert.GetProperty("properties")
            .GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!));

    private static string Workbook()
    {
        using var workbook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "workbook.json")));
        return string.Join('\n', workbook.RootElement.GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("type").GetInt32() == 3)
            .Select(item => item.GetProperty("content").GetProperty("query").GetString()));
    }

    // What follows the name of a metric, up to the next one, is about that metric.
    private static IEnumerable<(string Metric, string Query)> Pieces(IEnumerable<string> queries) =>
        from query in queries
        from piece in query.Split("Name == ").Skip(1)
        select (piece.Split('"')[1], piece[(piece.IndexOf('"', 1) + 1)..]);

    private static List<(string[] Names, int Severity, TimeSpan Window)> Rows() =>
    [
        .. AlertRows().Matches(Manual).Select(row => (
            Code().Matches(row.Groups[1].Value).Select(name => name.Groups[1].Value).ToArray(),
            int.Parse(row.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture),
            Span(double.Parse(row.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture), row.Groups[4].Value))),
    ];

    private static TimeSpan Span(double number, string unit) => unit switch
    {
        "min" => TimeSpan.FromMinutes(number),
        "h" => TimeSpan.FromHours(number),
        _ => TimeSpan.FromDays(number),
    };

    [GeneratedRegex(@"^\| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \| ([0-9]) \| ([0-9]+) (min|h|days?) \|", RegexOptions.Multiline)]
    private static partial Regex AlertRows();

    [GeneratedRegex("`([a-z0-9-]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| `(accounts[a-z_.]+)` \| [a-z ]+ \| `[^`]+` \|(.*)\|$", RegexOptions.Multiline)]
    private static partial Regex MetricRows();

    [GeneratedRegex("Name == \"([a-z_.]+)\"")]
    private static partial Regex MetricNames();

    [GeneratedRegex("""Properties\["([a-z_.]+)"\]""")]
    private static partial Regex TagNames();

    [GeneratedRegex("""(Properties\["[a-z_.]+"\]\)|outcome|reason) (?:== |in \()("[^)|]+)""")]
    private static partial Regex Values();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
