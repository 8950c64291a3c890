using System.Text.Json;
using System.Text.Json.Nodes;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using Microsoft.OpenApi;

namespace AccountFunctions.Documentation;

/// <summary>The answers of operations: successes in the envelope, refusals in the envelope and as problem documents.</summary>
internal sealed class ApiResponses
{
    private const string JsonType = "application/json";
    private const string TextType = "text/plain";
    private const string ProblemType = "application/problem+json";
    private const string RefusalName = "Refusal";
    private const string ProblemName = "Problem";
    private const string SampleTrace = "0af7651916cd43dd8448eb211c80319c";

    // As in Problem.Message.
    private const string FieldLines = "field: code";
    private readonly OpenApiDocument document;
    private readonly string issuer;

    /// <param name="refusals">Every refusal that the document names.</param>
    public ApiResponses(OpenApiDocument document, string issuer, IEnumerable<CatalogueEntry> refusals)
    {
        (this.document, this.issuer) = (document, issuer);
        document.AddComponent<IOpenApiSchema>(nameof(FieldError), Codes(Catalogue.FieldErrors.Select(fault => fault.Code)));
        AddRefusals([.. refusals.Select(refusal => refusal.Code).Distinct()]);
        AddHeader("X-Request-Id", "The id of the request in the logs.", Text());
        AddHeader("ETag", "The state of the account, for `If-Match`.", Text());
        AddHeader("Location", "Where the browser goes.", Text("uri"));
        AddHeader("Retry-After", "Seconds to wait.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" });
        AddHeader("WWW-Authenticate", "The scheme, and what is wrong with a token that was sent (RFC 6750).", Text());
    }

    public static Dictionary<string, IOpenApiMediaType> Json(IOpenApiSchema schema) =>
        new() { [JsonType] = new OpenApiMediaType { Schema = schema } };

    /// <param name="reply">Null: the answer has no body.</param>
    public OpenApiResponse Success(ApiOperation operation, IOpenApiSchema? reply) => new()
    {
        Description = "Done.",
        Headers = Headers(reply is null ? "Location" : operation.About.HasETag ? "ETag" : null),
        Content = reply is null ? null : Json(operation.About.Document is not null ? reply : Answer(operation, reply)),
    };

    /// <summary>Refusals that a person sees.</summary>
    public OpenApiResponse Page(int status, IReadOnlyList<CatalogueEntry> refusals) => new()
    {
        Description = string.Join('\n', refusals.Select(refusal => $"- {refusal.Meaning}")),
        Headers = Headers(status is 429 or 503 ? "Retry-After" : null),
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            [TextType] = new OpenApiMediaType
            {
                Schema = Text(),
                Examples = refusals.ToDictionary(
                    refusal => refusal.Code,
                    IOpenApiExample (refusal) => new OpenApiExample { Description = refusal.Meaning, Value = Envelope.Title(status) }),
            },
        },
    };

    /// <summary>Whatever else a browser may show.</summary>
    public static OpenApiResponse AnyPage() => new()
    {
        Description = "Any other answer is a page for the browser.",
        Content = new Dictionary<string, IOpenApiMediaType> { [TextType] = new OpenApiMediaType { Schema = Text() } },
    };

    /// <param name="fields">Members of the request that may be invalid.</param>
    public IOpenApiResponse Refusal(int status, IReadOnlyList<CatalogueEntry> refusals, IReadOnlyList<string> fields)
    {
        if (refusals.Any(refusal => refusal.Name == nameof(Problem.InvalidFields)))
        {
            return Describe(status, refusals, fields);
        }

        // Describe a refusal that several operations share only once.
        var name = string.Join("Or", refusals.Select(refusal => refusal.Name));
        document.AddComponent<IOpenApiResponse>(name, Describe(status, refusals, []));
        return new OpenApiResponseReference(name, document);
    }

    // Give it a name, because client generators call an unnamed schema Response31.
    private OpenApiSchemaReference Answer(ApiOperation operation, IOpenApiSchema reply)
    {
        var type = operation.Reply;
        var name = type.IsGenericType ? $"{type.GenericTypeArguments[0].Name}s" : type.Name;
        return Refer(
            $"{name.Replace("Reply", "", StringComparison.Ordinal)}Answer",
            Object(("status", OneOf("success")), ("code", OneOf(operation.Endpoint.Status)), ("data", reply), ("message", Null())));
    }

    private void AddRefusals(IReadOnlyList<string> codes)
    {
        var faults = new OpenApiSchema
        {
            Description = "The invalid fields, for `invalid_fields` only.",
            Type = JsonSchemaType.Object,
            AdditionalProperties = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchemaReference(nameof(FieldError), document),
            },
        };
        var message = Codes(codes.Where(code => code != Problem.InvalidFields.Code).Append(FieldLines));
        message.Description = "The code; for `invalid_fields` one `field: code` per line.";
        Refer(RefusalName, Object(
            ("status", OneOf("error")), ("code", Integer("The HTTP status.")), ("data", Null()), ("message", message), ("errors", faults)));
        Refer(ProblemName, Object(
            ("type", Text("uri")), ("title", Text()), ("status", Integer("The HTTP status.")), ("detail", message), ("code", Codes(codes)),
            ("errors", faults), ("trace_id", Text())));
    }

    private OpenApiResponse Describe(int status, IReadOnlyList<CatalogueEntry> refusals, IReadOnlyList<string> fields)
    {
        return new OpenApiResponse
        {
            Description = string.Join('\n', refusals.Select(refusal => $"- `{refusal.Code}`: {refusal.Meaning}")),
            Headers = Headers(status switch { 401 => "WWW-Authenticate", 429 or 503 => "Retry-After", _ => null }),
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [JsonType] = Content(RefusalName, sample => Envelope.Refusal(sample)),
                [ProblemType] = Content(ProblemName, sample => Envelope.ProblemDocument(sample, issuer, SampleTrace)),
            },
        };

        OpenApiMediaType Content(string schema, Func<Problem, ReadOnlyMemory<byte>> write) => new()
        {
            Schema = new OpenApiSchemaReference(schema, document),
            Examples = refusals.ToDictionary(
                refusal => refusal.Code,
                IOpenApiExample (refusal) =>
                    new OpenApiExample { Description = refusal.Meaning, Value = JsonNode.Parse(write(Sample(refusal)).Span) }),
        };

        Problem Sample(CatalogueEntry refusal) =>
            refusal.Name == nameof(Problem.InvalidFields)
                ? Problem.Field(fields[0], FieldError.Required)
                : new Problem(status, refusal.Code);
    }

    private OpenApiSchemaReference Refer(string name, OpenApiSchema schema)
    {
        schema.Required?.Remove("errors");
        document.AddComponent<IOpenApiSchema>(name, schema);
        return new OpenApiSchemaReference(name, document);
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

    // New codes may be added. A client generated from a closed list would lose the whole refusal at an unknown code, so the list is an
    // extension (https://opensource.zalando.com/restful-api-guidelines/#112).
    private static OpenApiSchema Codes(IEnumerable<string> known) => new()
    {
        Type = JsonSchemaType.String,
        Extensions = new Dictionary<string, IOpenApiExtension>
        {
            ["x-extensible-enum"] = new JsonNodeExtension(new JsonArray([.. known.Select(code => (JsonNode)code)])),
        },
    };

    private static OpenApiSchema Integer(string description) => new() { Type = JsonSchemaType.Integer, Description = description };

    private static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] members) => new()
    {
        Type = JsonSchemaType.Object,
        Required = members.Select(member => member.Name).ToHashSet(),
        Properties = members.ToDictionary(member => member.Name, member => member.Schema),
    };
}
