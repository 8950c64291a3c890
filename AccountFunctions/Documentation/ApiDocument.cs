using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AccountFunctions.Accounts;
using AccountFunctions.Functions;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AccountFunctions.Documentation;

/// <summary>The OpenAPI 3.1 document, made from the route table, the types and the catalogue of problems when it is asked for first.</summary>
public sealed class ApiDocument(
    IOptions<AccountOptions> accounts, IOptions<PasswordOptions> passwords, IOptions<CodeOptions> codes, IOptions<TokenOptions> tokens)
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";
    private const string Bearer = "bearer";
    private static readonly string[] Telling = [nameof(Problem.UsernameTaken), nameof(Problem.InvalidUsername)];
    private readonly Lazy<ReadOnlyMemory<byte>> bytes = new(() => Encoding.UTF8.GetBytes(
        new Builder(accounts.Value, passwords.Value, codes.Value, tokens.Value).Build()));

    public ReadOnlyMemory<byte> Bytes => bytes.Value;

    private sealed class Builder(AccountOptions accounts, PasswordOptions passwords, CodeOptions codes, TokenOptions tokens)
    {
        private readonly OpenApiDocument document = new()
        {
            Info = new OpenApiInfo
            {
                Title = "Accounts",
                Version = "1",
                Description = $"""
                    Sign-up, activation by mailed code, sign-in, recovery and account details. Every answer comes in one envelope:
                    `status`, `code` (the HTTP status), `data` and `message`, and for fields at fault `errors`. A client that sends
                    `Accept: application/problem+json` gets refusals as RFC 9457 instead. What each code means and what to do about it
                    is on the [error reference]({RouteTable.Prefix}/docs/errors).
                    """,
            },
            Servers = [new OpenApiServer { Url = RouteTable.Prefix }],
            Components = new OpenApiComponents(),
            Paths = [],
        };

        public string Build()
        {
            var schemas = new ApiSchemas(document, passwords, codes);
            document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "The access token of `login` or `refresh`.",
            });
            document.AddComponent<IOpenApiSchema>(nameof(FieldError), OneOf([.. Catalogue.FieldErrors.Select(fault => (JsonNode)fault.Code)]));
            foreach (var (name, description, schema) in Headers())
            {
                document.AddComponent<IOpenApiHeader>(name, new OpenApiHeader { Description = description, Required = true, Schema = schema });
            }

            foreach (var path in RouteTable.All.Select(ApiOperation.Of).OfType<ApiOperation>().GroupBy(operation => operation.Route.Path))
            {
                document.Paths.Add(path.Key, new OpenApiPathItem { Operations = path.ToDictionary(operation => operation.Route.Method, operation => Describe(operation, schemas)) });
            }

            document.RegisterComponents();
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
            return text.ToString();
        }

        private static IEnumerable<(string Name, string Description, OpenApiSchema Schema)> Headers() =>
        [
            ("X-Request-Id", "The trace under which the request is found in the logs.", new OpenApiSchema { Type = JsonSchemaType.String }),
            ("ETag", "The state of the account, for `If-Match`.", new OpenApiSchema { Type = JsonSchemaType.String }),
            ("Retry-After", "Seconds to wait.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" }),
            ("WWW-Authenticate", "The scheme, and what is wrong with the token if one was sent (RFC 6750).", new OpenApiSchema { Type = JsonSchemaType.String }),
        ];

        private OpenApiOperation Describe(ApiOperation operation, ApiSchemas schemas)
        {
            var (route, about) = (operation.Route, operation.About);
            var request = operation.Request is { } type ? schemas.Of(type) : null;
            var described = new OpenApiOperation
            {
                OperationId = route.Name,
                Summary = about.Summary,
                Description = about.Description,
                Tags = new HashSet<OpenApiTagReference> { Tag(operation.ForCallers ? "Signed in" : operation.Request is null ? "Service" : "Sign-up and sign-in") },
                Parameters = [.. Parameters(operation)],
                RequestBody = request is null ? null : new OpenApiRequestBody { Required = !about.BodyOptional, Content = Content(Json, request) },
                Responses = new OpenApiResponses { [Key(about.Status)] = Success(operation, schemas.Of(operation.Reply)) },
                Security = operation.ForCallers ? [new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }] : [],
            };
            foreach (var refusals in operation.Refusals.Where(refusal => accounts.DiscloseAddresses || !Telling.Contains(refusal.Name)).GroupBy(refusal => refusal.Status!.Value))
            {
                described.Responses[Key(refusals.Key)] = refusals.Key == Problem.InvalidFields.Status
                    ? Refusal(refusals.Key, [.. refusals], [.. request?.Properties?.Keys ?? []])
                    : Shared(refusals.Key, [.. refusals]);
            }

            return described;
        }

        private OpenApiTagReference Tag(string name)
        {
            document.Tags ??= new HashSet<OpenApiTag>();
            if (document.Tags.All(tag => tag.Name != name))
            {
                document.Tags.Add(new OpenApiTag { Name = name });
            }

            return new OpenApiTagReference(name, document);
        }

        private static IEnumerable<OpenApiParameter> Parameters(ApiOperation operation)
        {
            foreach (var name in operation.Route.Path.Split('/').Where(part => part is ['{', .., '}']).Select(part => part[1..^1]))
            {
                yield return new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            }

            if (operation.About.Refusals.Contains(nameof(Problem.Stale)))
            {
                yield return new OpenApiParameter
                {
                    Name = "If-Match",
                    In = ParameterLocation.Header,
                    Description = "The `ETag` of the state that is to be changed, and no other.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                };
            }
        }

        private OpenApiResponse Success(ApiOperation operation, IOpenApiSchema reply) => new()
        {
            Description = "Done.",
            Headers = HeadersOf(operation.About.HasETag ? "ETag" : null),
            Content = Content(Json, operation.About.Document is not null ? reply : Object(
                ("status", OneOf("success")), ("code", OneOf(operation.About.Status)), ("data", reply), ("message", Null))),
        };

        // What operations refuse alike is said once.
        private OpenApiResponseReference Shared(int status, IReadOnlyList<CatalogueEntry> refusals)
        {
            var name = string.Join("Or", refusals.Select(refusal => refusal.Name));
            document.AddComponent<IOpenApiResponse>(name, Refusal(status, refusals, []));
            return new OpenApiResponseReference(name, document);
        }

        private OpenApiResponse Refusal(int status, IReadOnlyList<CatalogueEntry> refusals, IReadOnlyList<string> fields)
        {
            JsonNode[] all = [.. refusals.Select(refusal => (JsonNode)refusal.Code)];
            var message = OneOf([.. all.Where(code => fields is [] || (string?)code != Problem.InvalidFields.Code)]);
            var errors = Array.Empty<(string, IOpenApiSchema)>();
            if (fields is not [])
            {
                // One line a field.
                var line = $"({string.Join('|', fields)}): ({string.Join('|', Catalogue.FieldErrors.Select(fault => fault.Code))})";
                message = new OpenApiSchema { AnyOf = [message, new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^{line}(\\n{line})*$" }] };
                errors = [("errors", new OpenApiSchema
                {
                    Description = "Fields at fault, for `invalid_fields` only.",
                    Type = JsonSchemaType.Object,
                    AdditionalPropertiesAllowed = false,
                    Properties = fields.ToDictionary(field => field, _ => (IOpenApiSchema)new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(nameof(FieldError), document) }),
                })];
            }

            var envelope = Object([("status", OneOf("error")), ("code", OneOf(status)), ("data", Null), ("message", message), .. errors]);
            var problem = Object([
                ("type", Text("uri")), ("title", Text()), ("status", OneOf(status)), ("detail", message), ("code", OneOf(all)), .. errors, ("trace_id", Text())]);
            envelope.Required!.Remove("errors");
            problem.Required!.Remove("errors");
            var samples = refusals.Select(refusal => (refusal, Sample: refusal.Name == nameof(Problem.InvalidFields)
                ? Problem.Field(fields[0], FieldError.Required)
                : new Problem(status, refusal.Code))).ToList();
            return new OpenApiResponse
            {
                Description = string.Join("\n", refusals.Select(refusal => $"- `{refusal.Code}`: {refusal.Meaning}")),
                Headers = HeadersOf(status is 429 or 503 ? "Retry-After" : status is 401 ? "WWW-Authenticate" : null),
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [Json] = new OpenApiMediaType { Schema = envelope, Examples = samples.ToDictionary(sample => sample.refusal.Code, IOpenApiExample (sample) => Example(sample.refusal, Answer.Refusal(sample.Sample))) },
                    [ProblemJson] = new OpenApiMediaType
                    {
                        Schema = problem,
                        Examples = samples.ToDictionary(sample => sample.refusal.Code, IOpenApiExample (sample) => Example(sample.refusal, Answer.ProblemDocument(sample.Sample, tokens.Issuer, "0af7651916cd43dd8448eb211c80319c"))),
                    },
                },
            };
        }

        private static OpenApiExample Example(CatalogueEntry entry, ReadOnlyMemory<byte> json) => new() { Description = entry.Meaning, Value = JsonNode.Parse(json.Span) };

        private Dictionary<string, IOpenApiHeader> HeadersOf(string? special) =>
            new[] { "X-Request-Id", special }.OfType<string>().ToDictionary(name => name, name => (IOpenApiHeader)new OpenApiHeaderReference(name, document));

        private static Dictionary<string, IOpenApiMediaType> Content(string type, IOpenApiSchema schema) => new() { [type] = new OpenApiMediaType { Schema = schema } };

        private static OpenApiSchema Null => new() { Type = JsonSchemaType.Null };

        private static OpenApiSchema Text(string? format = null) => new() { Type = JsonSchemaType.String, Format = format };

        private static OpenApiSchema OneOf(params JsonNode[] values) => new()
        {
            Type = values[0].GetValueKind() is System.Text.Json.JsonValueKind.Number ? JsonSchemaType.Integer : JsonSchemaType.String,
            Enum = [.. values.Select(value => value.DeepClone())],
        };

        private static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] members) => new()
        {
            Type = JsonSchemaType.Object,
            Required = members.Select(member => member.Name).ToHashSet(),
            Properties = members.ToDictionary(member => member.Name, member => member.Schema),
        };

        private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);
    }
}
