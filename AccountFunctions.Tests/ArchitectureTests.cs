using System.Text.RegularExpressions;
using AccountFunctions.Functions;
using AccountFunctions.Storage.Jobs;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace AccountFunctions.Tests;

/// <summary>The floors of the house: a room uses the rooms below it and knows none above.</summary>
public sealed class ArchitectureTests
{
    private const string App = "AccountFunctions";

    // From the top down.
    private static readonly string[] Floors =
    [
        "Functions", "Documentation", "Accounts", "Lifecycle", "Email", "Security", "Storage", "Telemetry", "Contract", "Settings",
    ];

    // What a part of a room uses of the other parts. What is in the room itself is everybody's, and composes the parts.
    private static readonly Dictionary<string, string[]> Parts = new()
    {
        ["Contract.Values"] = [],
        ["Contract.Description"] = [],
        ["Contract.Answers"] = ["Description"],
        ["Contract.Fields"] = ["Answers", "Description", "Values"],
        ["Storage.Jobs"] = [],
        ["Storage.Changes"] = ["Jobs"],
        ["Storage.Directory"] = ["Changes"],
        ["Storage.Accounts"] = ["Changes", "Directory", "Jobs"],
        ["Storage.Names"] = ["Accounts", "Changes", "Jobs"],
        ["Storage.Throttles"] = ["Changes"],
        ["Storage.Tickets"] = ["Changes", "Jobs"],
        ["Security.Codes"] = [],
        ["Security.Factors"] = ["Codes"],
        ["Security.Identities"] = ["Tokens"],
        ["Security.Passwords"] = [],
        ["Security.Tokens"] = ["Codes"],
        ["Security.Throttling"] = [],
        ["Lifecycle.Names"] = [],
        ["Lifecycle.Sweepers"] = [],
        ["Accounts.SignIn"] = [],
        ["Accounts.SignUp"] = ["SignIn"],
        ["Accounts.Recovery"] = ["SignIn"],
        ["Accounts.Profile"] = ["SignIn"],
        ["Accounts.Factors"] = ["SignIn"],
        ["Accounts.Identities"] = ["SignIn"],
        ["Accounts.Admin"] = ["SignIn"],
        ["Accounts.Import"] = ["Admin", "Profile", "SignIn"],
    };

    internal static readonly Architecture Architecture = new ArchLoader().LoadAssemblies(typeof(SignUpRoutes).Assembly).Build();

    public static TheoryData<string> Rooms => [.. Floors.Skip(1)];

    public static TheoryData<string> RoomParts => [.. Parts.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_no_room_above_it(string room)
    {
        var above = string.Join('|', Floors.TakeWhile(other => other != room));

        Types().That().ResideInNamespaceMatching(Pattern(room))
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Pattern(above)))
            .Check(Architecture);
    }

    [Theory]
    [MemberData(nameof(RoomParts))]
    public void A_part_of_a_room_uses_no_other_part_but_those_listed(string part)
    {
        var room = part.Split('.')[0];
        var others = Parts.Keys.Where(other => other.StartsWith($"{room}.", StringComparison.Ordinal))
            .Where(other => other != part && !Parts[part].Contains(other.Split('.')[1]))
            .Select(Regex.Escape)
            .ToList();
        if (others.Count > 0)
        {
            Types().That().ResideInNamespaceMatching(Pattern(Regex.Escape(part)))
                .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Pattern(string.Join('|', others))))
                .Check(Architecture);
        }
    }

    [Fact]
    public void Every_file_but_Program_is_in_a_room_and_has_the_namespace_of_its_folder()
    {
        var files = Directory.EnumerateFiles(Repository.PathTo(App), "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Folder: Path.GetRelativePath(Repository.PathTo(), Path.GetDirectoryName(file)!)))
            .Where(file => file.Folder != App && file.Folder.Split(Path.DirectorySeparatorChar)[1] is not ("bin" or "obj" or "Properties"))
            .ToList();

        Assert.Equal(Floors.Order(), files.Select(file => file.Folder.Split(Path.DirectorySeparatorChar)[1]).Distinct().Order());
        Assert.Equal(
            Parts.Keys.Order(),
            files.Select(file => file.Folder.Split(Path.DirectorySeparatorChar))
                .Where(folders => folders.Length > 2).Select(folders => $"{folders[1]}.{folders[2]}").Distinct().Order());
        Assert.All(files, file => Assert.Contains(
            $"namespace {file.Folder.Replace(Path.DirectorySeparatorChar, '.')};", File.ReadAllText(file.File), StringComparison.Ordinal));
        Assert.Equal("Program.cs", Path.GetFileName(Assert.Single(Directory.EnumerateFiles(Repository.PathTo(App), "*.cs"))));
    }

    [Fact]
    public void An_operation_takes_at_most_seven_services()
    {
        var operations = RouteTable.All.Select(route => route.Endpoint?.Handler).OfType<System.Type>().Distinct().ToList();

        Assert.NotEmpty(operations);
        TakesAtMostSeven(operations);
    }

    [Fact]
    public void A_handler_of_jobs_takes_at_most_seven_services()
    {
        var handlers = typeof(IJobHandler<>).Assembly.GetTypes()
            .Where(type => type.GetInterfaces().Any(
                implemented => implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IJobHandler<>)))
            .ToList();

        Assert.NotEmpty(handlers);
        TakesAtMostSeven([.. handlers, typeof(Housekeeper)]);
    }

    private static void TakesAtMostSeven(IEnumerable<System.Type> types) => Assert.All(
        types.SelectMany(type => type.GetConstructors()), made => Assert.InRange(made.GetParameters().Length, 1, 7));

    private static string Pattern(string rooms) => $@"^{Regex.Escape(App)}\.({rooms})(\.|$)";
}
