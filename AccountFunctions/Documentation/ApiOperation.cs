using System.Reflection;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Documentation;

/// <summary>An operation as its route, handler and types describe it.</summary>
/// <param name="Request">Type of the body; null for none.</param>
/// <param name="Reply">Type of the data in the envelope, or of the document.</param>
/// <param name="Refusals">Every refusal that it may answer.</param>
public sealed record ApiOperation(
    ApiRoute Route, EndpointAttribute Endpoint, OperationAttribute About, Type? Request, Type Reply, IReadOnlyList<CatalogueEntry> Refusals)
{
    private static readonly string[] OfEveryBody =
    [
        nameof(Problem.InvalidJson), nameof(Problem.InvalidFields), nameof(Problem.LengthRequired), nameof(Problem.TooLarge),
        nameof(Problem.UnsupportedMediaType),
    ];

    // A caller who proves itself again may be wrong, and is throttled as at sign-in.
    private static readonly string[] OfConfirmations =
    [
        nameof(Problem.InvalidPassword), nameof(Problem.InvalidCredential), nameof(Problem.InvalidIdToken), nameof(Problem.OtpRequired),
        nameof(Problem.InvalidOtp), nameof(Problem.TooManyRequests),
    ];

    private static readonly Dictionary<Access, string[]> ByAccess = new()
    {
        [Access.Public] = [],
        [Access.Anyone] = [nameof(Problem.TooManyRequests)],
        [Access.Owner] = [nameof(Problem.NotAuthenticated), nameof(Problem.TokenNotValid)],
        [Access.Administrator] =
        [
            nameof(Problem.NotAuthenticated), nameof(Problem.TokenNotValid), nameof(Problem.Forbidden),
            nameof(Problem.SecondFactorRequired),
        ],
    };

    /// <summary>Returns null for a route that is not documented.</summary>
    /// <param name="isRequest">Distinguishes the types of request bodies from a handler's other parameters.</param>
    public static ApiOperation? Of(ApiRoute route, Predicate<Type> isRequest)
    {
        if (route.Endpoint is not { } endpoint)
        {
            return null;
        }

        var member = (MemberInfo?)endpoint.Handler ?? route.Function;
        var about = member.GetCustomAttribute<OperationAttribute>()
            ?? throw new InvalidOperationException($"{member.Name} has no {nameof(OperationAttribute)}.");
        var handler = endpoint.Handler?.GetMethod("HandleAsync");
        var request = handler?.GetParameters().Select(parameter => parameter.ParameterType).FirstOrDefault(type => isRequest(type));

        // Task<Result<TReply>>
        var reply = about.Document ?? handler?.ReturnType.GenericTypeArguments[0].GenericTypeArguments[0] ?? typeof(Success);
        string[] refusals =
        [
            .. request is null ? [] : OfEveryBody,
            .. ByAccess[endpoint.Access],
            .. endpoint.SendsMail ? [nameof(Problem.TooManyRequests)] : Array.Empty<string>(),
            .. typeof(ConfirmedRequest).IsAssignableFrom(request) ? OfConfirmations : [],
            .. about.Query is null ? Array.Empty<string>() : [nameof(Problem.InvalidFields)],
            .. about.Document is null || endpoint.Access is not Access.Public
                ? [nameof(Problem.ServiceUnavailable), nameof(Problem.InternalFault)]
                : Array.Empty<string>(),
            .. about.Refusals,
        ];
        var entries = refusals.Distinct().Select(name => Catalogue.Problems.Single(problem => problem.Name == name))
            .OrderBy(problem => problem.Status);
        return new ApiOperation(route, endpoint, about, request, reply, [.. entries]);
    }
}
