using AccountFunctions.Accounts;
using AccountFunctions.Contract.Description;
using AccountFunctions.Documentation;
using AccountFunctions.Functions;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;

namespace AccountFunctions.Tests.Functions;

/// <summary>What <c>[Endpoint]</c> says is what the function does.</summary>
public sealed class RouteTableTests
{
    private const string Handle = "HandleAsync";

    private static readonly Dictionary<System.Type, Access> AccessOf = new()
    {
        [typeof(Visitor)] = Access.Anyone,
        [typeof(Caller)] = Access.Owner,
        [typeof(Administrator)] = Access.Administrator,
    };

    public static TheoryData<string> Names => [.. RouteTable.All.Select(route => route.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Who_may_call_is_what_the_operation_takes(string name)
    {
        var endpoint = Find(name).Endpoint;
        var taken = ParametersOf(endpoint).Where(AccessOf.ContainsKey).Select(type => AccessOf[type]).DefaultIfEmpty(Access.Public);

        Assert.Equal([endpoint?.Access ?? Access.Public], taken);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_has_the_name_of_the_operation_in_its_policy_and_calls_that_and_no_other(string name)
    {
        var route = Find(name);
        var called = MethodsOf(route.Function.DeclaringType)
            .Where(method => method.Name.StartsWith($"{name}(", StringComparison.Ordinal))
            .SelectMany(method => method.GetCalledMethods())
            .Where(method => method.Name.StartsWith($"{Handle}(", StringComparison.Ordinal))
            .Select(method => method.DeclaringType.FullName)
            .Distinct();
        var operation = route.Endpoint?.Handler;

        Assert.Equal(operation is null ? [] : [$"{operation}"], called);
        Assert.Equal(operation?.Name ?? name, name);
    }

    [Fact]
    public void Only_the_identifier_makes_a_caller()
    {
        var callers = AccessOf.Keys.Select(type => type.FullName).ToList();
        var makers = ArchitectureTests.Architecture.Types.SelectMany(type => type.Members.OfType<MethodMember>())
            .Where(method => method.GetCalledMethods().Any(
                called => called.Name.StartsWith(".ctor(", StringComparison.Ordinal) && callers.Contains(called.DeclaringType.FullName)))
            .Select(method => method.DeclaringType.FullName)
            .Distinct();

        Assert.Equal([typeof(CallerIdentifier).FullName], makers.Except(callers));
    }

    [Fact]
    public void No_policy_says_what_the_edge_would_ignore()
    {
        var policies = RouteTable.All.Select(route => route.Endpoint).OfType<EndpointAttribute>().ToList();

        Assert.All(policies.Where(policy => policy.CountsRefusalsOnly), policy => Assert.Equal(Access.Anyone, policy.Access));
        Assert.All(policies.Where(policy => policy.TakesRepeats), policy => Assert.Equal(Access.Owner, policy.Access));
        Assert.All(
            policies.Where(policy => policy.SendsMail),
            policy => Assert.True(policy.Access is Access.Owner or Access.Administrator, $"{policy.Handler}"));
        Assert.All(policies.Where(policy => policy.BodyOptional), policy => Assert.Contains(
            ParametersOf(policy), type => type.Name.EndsWith("Request", StringComparison.Ordinal)));
    }

    private static ApiRoute Find(string name) => RouteTable.All.First(route => route.Name == name);

    private static IEnumerable<System.Type> ParametersOf(EndpointAttribute? endpoint) =>
        endpoint?.Handler?.GetMethod(Handle)?.GetParameters().Select(parameter => parameter.ParameterType) ?? [];

    private static IEnumerable<MethodMember> MethodsOf(System.Type? type) =>
        ArchitectureTests.Architecture.Types.Single(known => known.FullName == type?.FullName).Members.OfType<MethodMember>();
}
