using System.Text.RegularExpressions;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>Which identity may do what, by the role assignments that the templates come to.</summary>
public sealed partial class RightsTests
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["09976791-48a7-449e-bb21-39d1a415f350"] = "send mail",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "write tables",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "send metrics",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "read secrets",
        ["76199698-9eea-4c19-bc75-cec21354c6b6"] = "read tables",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "write and read queues",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "own blobs",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "write blobs of",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "send to",
    };

    private static readonly string[] App =
    [
        "id: own blobs sth", "id: read secrets kv", "id: send metrics appi", "id: write and read queues std",
        "id: write and read queues sth", "id: write tables std", "id: write tables sth",
    ];

    private static readonly string[] ByCommunicationServices =
        ["evgt: send to str/mail-reports", "id: send mail acs", "id: write and read queues str"];

    private static readonly string[] Backup = ["idb: read secrets kv", "idb: read tables std", "idb: write blobs of stb/backups"];

    public static TheoryData<string> Environments => Templates.Environments;

    [Theory, Holds("I7")]
    [MemberData(nameof(Environments))]
    public void Every_identity_has_these_roles_and_no_others(string environment) => Assert.Equal(
        App.Concat(environment is "smtp" ? [] : ByCommunicationServices).Concat(environment is "prod" ? Backup : [])
            .Order(StringComparer.Ordinal),
        Assignments(environment).Select(assignment => assignment.Text).Order(StringComparer.Ordinal));

    // Azure refuses to change the principal of an assignment, and an identity that is made again has another one.
    [Theory]
    [MemberData(nameof(Environments))]
    public void An_assignment_is_named_by_its_principal(string environment) =>
        Assert.All(Assignments(environment), assignment => Assert.Contains("principalId", assignment.Name, StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Text)> Assignments(string environment)
    {
        foreach (var assignment in Resources(environment, "Microsoft.Authorization/roleAssignments"))
        {
            var name = assignment.GetProperty("name").GetString()!;
            var role = assignment.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!;
            var scope = Scope().Match(assignment.GetProperty("id").GetString()!).Groups;
            var identity = Identity().Match(name).Groups[1].Value;
            var part = scope[2].Success ? $"/{scope[2].Value.Split('/')[^1]}" : "";
            yield return (name, $"{identity}: {Names[RoleId().Match(role).Value]} {scope[1].Value}{part}");
        }
    }

    // A name begins with the kind of the resource.
    [GeneratedRegex("""^\[extensionResourceId\('/.+?/providers/[^/]+/[^/]+/(st[a-z]|[a-z]+)[^/']*(/[^']+)?'""")]
    private static partial Regex Scope();

    [GeneratedRegex("""reference\('[^']+/([a-z]+)-[^/']+'""")]
    private static partial Regex Identity();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}(?=')")]
    private static partial Regex RoleId();
}
