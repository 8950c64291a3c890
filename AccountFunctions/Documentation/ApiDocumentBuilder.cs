using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Tokens;
using Microsoft.OpenApi;

namespace AccountFunctions.Documentation;

/// <summary>Builds the document from the route table, the operations, their types and the catalogue of problems.</summary>
internal sealed class ApiDocumentBuilder
{
    private const string Bearer = "bearer";
    private static readonly string[] Telling = [nameof(Problem.UsernameTaken), nameof(Problem.InvalidUsername)];

    private readonly List<ApiOperation> operations;
    private readonly AccountOptions accounts;
    private readonly ApiSchemas schemas;
    private readonly ApiResponses responses;
    private readonly OpenApiDocument document = new()
    {
        Info = new OpenApiInfo
        {
            Title = "Accounts",
            Version = "1",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            Description = $"""
                Sign-up, activation by mailed code, sign-in, recovery and account details. Every answer comes in one envelope:
                `status`, `code` (the HTTP status), `data` and `message`, and `errors` for invalid fields. A client that sends
                `Accept: application/problem+json` gets refusals as RFC 9457 instead. The error reference explains each
                code and what to do about it.
                """,
        },

        // Relative to the document, because a proxy may serve it under another path.
        Servers = [new OpenApiServer { Url = "." }],

        // In the order in which a client uses them.
        Tags = new HashSet<OpenApiTag>
        {
            new() { Name = Tags.SignUp, Description = "Registration and activation." },
            new() { Name = Tags.Session, Description = "Sign-in, refresh and sign-out." },
            new() { Name = Tags.Recovery, Description = "Forgotten passwords and pending deletions." },
            new() { Name = Tags.Profile, Description = "The account, for its owner." },
            new() { Name = Tags.Factors, Description = "Second factor, passkeys and identities, for the owner of the account." },
            new() { Name = Tags.Admin, Description = "Accounts of others, for administrators." },
            new() { Name = Tags.Service, Description = "For other services and for operators." },
        },
        Components = new OpenApiComponents(),
        Paths = [],
    };

    public ApiDocumentBuilder(
        IEnumerable<ApiRoute> routes, AccountOptions accounts, PasswordOptions passwords, CodeOptions codes, TokenOptions tokens)
    {
        operations = [.. routes.Select(route => ApiOperation.Of(route, ApiSchemas.IsRequest)).OfType<ApiOperation>()];
        this.accounts = accounts;
        schemas = new ApiSchemas(document, passwords, codes);
        document.Info.Contact = new OpenApiContact { Name = "The operators of this deployment", Url = new Uri($"{tokens.Issuer}/docs") };
        document.ExternalDocs = new OpenApiExternalDocs { Description = "Error reference", Url = new Uri($"{tokens.Issuer}/docs/errors") };
        var refusals = operations.SelectMany(operation => operation.Refusals).ToHashSet();
        responses = new ApiResponses(
            document, tokens.Issuer, Catalogue.Problems.Where(problem => refusals.Contains(problem) && IsAnswered(problem)));
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The access token of `login` or `refresh`.",
        });
    }

    public string Build()
    {
        foreach (var path in operations.GroupBy(operation => operation.Route.Path))
        {
            document.Paths.Add(
                path.Key, new OpenApiPathItem { Operations = path.ToDictionary(operation => operation.Route.Method, Describe) });
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return text.ToString();
    }

    private OpenApiOperation Describe(ApiOperation operation)
    {
        var (route, about) = (operation.Route, operation.About);
        var request = operation.Request is { } type ? schemas.Of(type) : null;
        var parameters = Parameters(operation).ToList();
        var described = new OpenApiOperation
        {
            OperationId = IdOf(route),
            Summary = about.Summary,
            Description = about.Description,
            Tags = new HashSet<OpenApiTagReference> { new(operation.Endpoint.Tag, document) },
            Parameters = [.. parameters],
            RequestBody = request is null
                ? null
                : new OpenApiRequestBody { Required = !operation.Endpoint.BodyOptional, Content = ApiResponses.Json(request) },
            Responses = new OpenApiResponses
            {
                [Key(operation.Endpoint.Status)] = responses.Success(
                    operation, operation.Reply == typeof(Redirect) ? null : schemas.Of(operation.Reply)),
            },
            Security = operation.Endpoint.Access is Access.Owner or Access.Administrator
                ? [new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }]
                : [],
        };
        var refusals = operation.Refusals.Where(IsAnswered);
        foreach (var refusal in refusals.GroupBy(refusal => refusal.Status ?? 0))
        {
            described.Responses[Key(refusal.Key)] = operation.Endpoint.ForBrowsers
                ? responses.Page(refusal.Key, [.. refusal])
                : responses.Refusal(refusal.Key, [.. refusal], [.. request?.Properties?.Keys ?? QueryOf(parameters)]);
        }

        if (operation.Reply == typeof(Redirect))
        {
            // Generators of clients insist on a success, and a redirect is none.
            described.Responses["default"] = ApiResponses.AnyPage();
        }

        return described;
    }

    // A function of two methods is two operations.
    private string IdOf(ApiRoute route) => operations.Count(other => other.Route.Name == route.Name) == 1
        ? route.Name
        : route.Name + CultureInfo.InvariantCulture.TextInfo.ToTitleCase(route.Method.Method.ToLowerInvariant());

    private static IEnumerable<string> QueryOf(IEnumerable<IOpenApiParameter> parameters) =>
        parameters.Where(parameter => parameter.In is ParameterLocation.Query).Select(parameter => parameter.Name ?? "");

    private bool IsAnswered(CatalogueEntry refusal) => accounts.DiscloseAddresses || !Telling.Contains(refusal.Name);

    private static IEnumerable<IOpenApiParameter> Parameters(ApiOperation operation)
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        foreach (var name in operation.Route.Path.Split('/').Where(part => part is ['{', .., '}']).Select(part => part[1..^1]))
        {
            yield return new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = text };
        }

        foreach (var parameter in operation.About.Query?.GetConstructors()[0].GetParameters() ?? [])
        {
            yield return new OpenApiParameter
            {
                Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name ?? ""),
                In = ParameterLocation.Query,
                Description = parameter.GetCustomAttribute<FieldAttribute>()?.Description,
                Schema = parameter.GetCustomAttribute<RangeAttribute>() is { } range
                    ? new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = $"{range.Minimum}", Maximum = $"{range.Maximum}" }
                    : text,
            };
        }

        if (operation.About.Refusals.Contains(nameof(Problem.Stale)))
        {
            const string Description = "The `ETag` of the state that the change applies to.";
            yield return new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Description = Description,
                Schema = text,
            };
        }
    }

    private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);
}
