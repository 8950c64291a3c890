using System.Text.Json;
using System.Text.Json.Nodes;
using AccountFunctions.Contract;
using Microsoft.OpenApi;

namespace AccountFunctions.Documentation;

/// <summary>The answers of operations: successes in the envelope, refusals in the envelope and as problem documents.</summary>
internal sealed class ApiResponses
{
    private const string JsonType = "application/json";
    private const string ProblemType = "application/problem+json";
    private const string SampleTrace = "0af7651916cd43dd8448eb211c80319c";

    // As in Problem.Message.
    private const string FieldLines = "field: code";
    private readonly OpenApiDocument document;
    private readonly string issuer;

    public ApiResponses(OpenApiDocument document, string issuer)
    {
        (this.document, this.issuer) = (document, issuer);
        document.AddComponent<IOpenApiSchema>(nameof(FieldError), Codes([.. Catalogue.FieldErrors.Select(fault => (JsonNode)fault.Code)]));
        AddHeader("X-Request-Id", "The id of the request in the logs.", Text());
        AddHeader("ETag", "The state of the account, for `If-Match`.", Text());
        AddHeader("Retry-After", "Seconds to wait.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" });
        AddHeader("WWW-Authenticate", "The scheme, and what is wrong with the token if one was sent (RFC 6750).", Text());
    }

    public static Dictionary<string, IOpenApiMediaType> Json(IOpenApiSchema schema) =>
        new() { [JsonType] = new OpenApiMediaType { Schema = schema } };

    public OpenApiResponse Success(ApiOperation operation, IOpenApiSchema reply) => new()
    {
        Description = "Done.",
        Headers = Headers(operation.About.HasETag ? "ETag" : null),
        Content = Json(operation.About.Document is not null
            ? reply
            : Object(("status", OneOf("success")), ("code", OneOf(operation.Endpoint.Status)), ("data", reply), ("message", Null()))),
    };

    /// <param name="fields">Members of the request, which may be at fault.</param>
    public IOpenApiResponse Refusal(int status, IReadOnlyList<CatalogueEntry> refusals, IReadOnlyList<string> fields)
    {
        if (refusals.Any(refusal => refusal.Name == nameof(Problem.InvalidFields)))
        {
            return Describe(status, refusals, fields);
        }

        // A refusal that several operations share is described once.
        var name = string.Join("Or", refusals.Select(refusal => refusal.Name));
        document.AddComponent<IOpenApiResponse>(name, Describe(status, refusals, []));
        return new OpenApiResponseReference(name, document);
    }

    private OpenApiResponse Describe(int status, IReadOnlyList<CatalogueEntry> refusals, IReadOnlyList<string> fields)
    {
        JsonNode[] codes = [.. refusals.Select(refusal => (JsonNode)refusal.Code)];
        var message = Codes(codes);
        (string, IOpenApiSchema)[] errors = [];
        if (fields is not [])
        {
            message = Codes([.. codes.Where(code => (string?)code != Problem.InvalidFields.Code), FieldLines]);
            message.Description = "For `invalid_fields` one `field: code` per line.";
            errors = [("errors", FieldFaults(fields))];
        }

        var envelope = Object([("status", OneOf("error")), ("code", OneOf(status)), ("data", Null()), ("message", message), .. errors]);
        var problem = Object(
        [
            ("type", Text("uri")), ("title", Text()), ("status", OneOf(status)), ("detail", message), ("code", Codes(codes)), .. errors,
            ("trace_id", Text()),
        ]);
        envelope.Required?.Remove("errors");
        problem.Required?.Remove("errors");
        return new OpenApiResponse
        {
            Description = string.Join('\n', refusals.Select(refusal => $"- `{refusal.Code}`: {refusal.Meaning}")),
            Headers = Headers(status switch { 401 => "WWW-Authenticate", 429 or 503 => "Retry-After", _ => null }),
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [JsonType] = new OpenApiMediaType { Schema = envelope, Examples = Examples(sample => Envelope.Refusal(sample)) },
                [ProblemType] = new OpenApiMediaType
                {
                    Schema = problem,
                    Examples = Examples(sample => Envelope.ProblemDocument(sample, issuer, SampleTrace)),
                },
            },
        };

        Dictionary<string, IOpenApiExample> Examples(Func<Problem, ReadOnlyMemory<byte>> write) => refusals.ToDictionary(
            refusal => refusal.Code,
            IOpenApiExample (refusal) =>
                new OpenApiExample { Description = refusal.Meaning, Value = JsonNode.Parse(write(Sample(refusal)).Span) });

        Problem Sample(CatalogueEntry refusal) =>
            refusal.Name == nameof(Problem.InvalidFields)
                ? Problem.Field(fields[0], FieldError.Required)
                : new Problem(status, refusal.Code);
    }

    private OpenApiSchema FieldFaults(IReadOnlyList<string> fields)
    {
        var faults = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(nameof(FieldError), document) };
        return new OpenApiSchema
        {
            Description = "Fields at fault, for `invalid_fields` only.",
            Type = JsonSchemaType.Object,
            AdditionalPropertiesAllowed = false,
            Properties = fields.ToDictionary(field => field, IOpenApiSchema (_) => faults),
        };
    }

    private void AddHeader(string name, string description, OpenApiSchema schema) =>
        document.AddComponent<IOpenApiHeader>(name, new OpenApiHeader { Description = description, Required = true, Schema = schema });

    private Dictionary<string, IOpenApiHeader> Headers(string? special) =>
        new[] { "X-Request-Id", special }.OfType<string>()
            .ToDictionary(name => name, IOpenApiHeader (name) => new OpenApiHeaderReference(name, document));

    private static OpenApiSchema Null() => new() { Type = JsonSchemaType.Null };

    private static OpenApiSchema Text(string? format = null) => new() { Type = JsonSchemaType.String, Format = format };

    private static OpenApiSchema OneOf(params JsonNode[] values) => new()
    {
        Type = values[0].GetValueKind() is JsonValueKind.Number ? JsonSchemaType.Integer : JsonSchemaType.String,
        Enum = [.. values.Select(value => value.DeepClone())],
    };

    // Codes are added in time. Clients generated from a closed list would lose the whole refusal at one that they do not know, so the list
    // is an extension (https://opensource.zalando.com/restful-api-guidelines/#112).
    private static OpenApiSchema Codes(params JsonNode[] known) => new()
    {
        Type = JsonSchemaType.String,
        Extensions = new Dictionary<string, IOpenApiExtension>
        {
            ["x-extensible-enum"] = new JsonNodeExtension(new JsonArray([.. known.Select(code => code.DeepClone())])),
        },
    };

    private static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] members) => new()
    {
        Type = JsonSchemaType.Object,
        Required = members.Select(member => member.Name).ToHashSet(),
        Properties = members.ToDictionary(member => member.Name, member => member.Schema),
    };
}
