using System.Reflection;
using AccountFunctions.Accounts;
using AccountFunctions.Functions;

namespace AccountFunctions.Documentation;

/// <summary>An operation as its route, its class and its types tell it.</summary>
/// <param name="Request">Type of the body; null for none.</param>
/// <param name="Reply">Type of the data in the envelope, or of the document.</param>
/// <param name="ForCallers">Whether it asks for an access token.</param>
/// <param name="Refusals">All that it may answer but success.</param>
public sealed record ApiOperation(
    HttpRoute Route, OperationAttribute About, Type? Request, Type Reply, bool ForCallers, IReadOnlyList<CatalogueEntry> Refusals)
{
    private static readonly string[] OfEveryBody =
        [nameof(Problem.InvalidJson), nameof(Problem.InvalidFields), nameof(Problem.LengthRequired), nameof(Problem.TooLarge), nameof(Problem.UnsupportedMediaType)];

    private static readonly string[] OfEveryCaller = [nameof(Problem.NotAuthenticated), nameof(Problem.TokenNotValid)];
    private static readonly string[] OfEveryVisitor = [nameof(Problem.TooManyRequests)];
    private static readonly string[] OfEveryOperation = [nameof(Problem.ServiceUnavailable)];

    /// <summary>The operation behind a route: the class of the function's name, or the function itself; null where neither says anything.</summary>
    public static ApiOperation? Of(HttpRoute route)
    {
        var handler = typeof(Problem).Assembly.GetType($"{typeof(Problem).Namespace}.{route.Name}")?.GetMethod("HandleAsync");
        var member = handler?.DeclaringType ?? (MemberInfo)route.Function;
        if (member.GetCustomAttribute<OperationAttribute>() is not { } about)
        {
            return null;
        }

        var parameters = handler?.GetParameters().Select(parameter => parameter.ParameterType).ToList() ?? [];
        var request = parameters.Find(type => type.Namespace == typeof(Problem).Namespace && type.Name.EndsWith("Request", StringComparison.Ordinal));

        // Task<Result<TReply>>
        var reply = about.Document ?? handler?.ReturnType.GenericTypeArguments[0].GenericTypeArguments[0] ?? typeof(Success);
        var forCallers = parameters.Contains(typeof(Caller));
        string[] refusals =
        [
            .. request is null ? [] : OfEveryBody,
            .. forCallers ? OfEveryCaller : [],
            .. parameters.Contains(typeof(Visitor)) ? OfEveryVisitor : [],
            .. about.Document is null ? OfEveryOperation : [],
            .. about.Refusals,
        ];
        var entries = refusals.Select(name => Catalogue.Problems.Single(problem => problem.Name == name)).OrderBy(problem => problem.Status);
        return new ApiOperation(route, about, request, reply, forCallers, [.. entries]);
    }
}
