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
        "Functions", "Documentation", "Accounts", "Housekeeping", "Email", "Security", "Storage", "Telemetry", "Contract",
    ];

    internal static readonly Architecture Architecture = new ArchLoader().LoadAssemblies(typeof(SignUpRoutes).Assembly).Build();

    public static TheoryData<string> Rooms => [.. Floors.Skip(1)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_no_room_above_it(string room)
    {
        var above = string.Join('|', Floors.TakeWhile(other => other != room));

        Types().That().ResideInNamespaceMatching(Pattern(room))
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Pattern(above)))
            .Check(Architecture);
    }

    [Fact]
    public void Every_file_but_Program_is_in_a_room_and_has_its_namespace()
    {
        var files = Directory.EnumerateDirectories(Repository.PathTo(App))
            .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj" or "Properties"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Select(file => (Room: Path.GetFileName(folder), File: file)))
            .ToList();

        Assert.Equal(Floors.Order(), files.Select(file => file.Room).Distinct().Order());
        Assert.All(files, file => Assert.Contains($"namespace {App}.{file.Room};", File.ReadAllText(file.File), StringComparison.Ordinal));
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
