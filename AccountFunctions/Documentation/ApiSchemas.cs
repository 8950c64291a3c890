using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using AccountFunctions.Accounts;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Passwords;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace AccountFunctions.Documentation;

/// <summary>
/// The schemas (JSON Schema 2020-12) of the types that <see cref="AccountJson"/> reads and writes, as components of a document.
/// </summary>
internal sealed class ApiSchemas(OpenApiDocument document, PasswordOptions passwords, CodeOptions codes)
{
    private static readonly Dictionary<Type, string> MemberTypes = new()
    {
        [typeof(Member<string>)] = "string",
        [typeof(Member<bool>)] = "boolean",
        [typeof(Member<JsonElement>)] = "object",
    };

    private static readonly Dictionary<Type, JsonNode> DateTypes = new()
    {
        [typeof(DateTime)] = "string",
        [typeof(DateTime?)] = new JsonArray("string", "null"),
    };

    private static readonly JsonObject PasskeyExample = new()
    {
        ["id"] = "q83vEjRWeJCrze8SNFZ4kA",
        ["rawId"] = "q83vEjRWeJCrze8SNFZ4kA",
        ["type"] = "public-key",
        ["response"] = new JsonObject { ["clientDataJSON"] = "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0" },
    };

    /// <summary>Whether the API reads bodies of this type.</summary>
    public static bool IsRequest(Type type) =>
        type.GetProperties().Any(property => MemberTypes.ContainsKey(property.PropertyType));

    /// <summary>Makes an object a component of the document and refers to it; leaves any other schema inline.</summary>
    public IOpenApiSchema Of(Type type)
    {
        var schema = AccountJson.Default.Options.GetJsonSchemaAsNode(
            type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });
        return AccountJson.Default.Options.GetTypeInfo(type).Kind is JsonTypeInfoKind.Object ? Refer(type, schema) : Parse(schema);
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.TypeInfo.Kind is not JsonTypeInfoKind.Object)
        {
            // The exporter lists the values of an enum but does not say that they are strings.
            if (schema is JsonObject words && words.ContainsKey("enum"))
            {
                words["type"] = "string";
            }

            // Nor does it describe what our own converters write: times, alone or in a list.
            if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && DateTypes.ContainsKey(element))
            {
                schema["items"] = Date(element);
            }

            return DateTypes.ContainsKey(context.TypeInfo.Type) ? Date(context.TypeInfo.Type) : schema;
        }

        foreach (var property in context.TypeInfo.Properties)
        {
            if (About(property) is { } field)
            {
                Describe(schema, property, field);
            }
        }

        if (context.Path.IsEmpty)
        {
            return schema;
        }

        Refer(context.TypeInfo.Type, schema);
        return new JsonObject { ["$ref"] = $"#/components/schemas/{context.TypeInfo.Type.Name}" };
    }

    private static JsonObject Date(Type type) => new() { ["type"] = DateTypes[type].DeepClone(), ["format"] = "date-time" };

    // Our own converters read the members of requests, so the exporter cannot describe them.
    private void Describe(JsonNode schema, JsonPropertyInfo property, FieldAttribute field)
    {
        var properties = schema["properties"]?.AsObject()
            ?? throw new InvalidOperationException("The exporter lists the members of objects.");
        if (MemberTypes.TryGetValue(property.PropertyType, out var type))
        {
            properties[property.Name] = new JsonObject { ["type"] = field.Nullable ? new JsonArray(type, "null") : type };
        }

        if (field.Required)
        {
            var required = schema["required"]?.AsArray() ?? [];
            required.Add((JsonNode)property.Name);
            schema["required"] = required;
        }

        if (properties[property.Name] is JsonObject keywords)
        {
            Describe(keywords, field);
        }
    }

    private void Describe(JsonObject keywords, FieldAttribute field)
    {
        var example = field.Example;
        var maxLength = field.MaxLength;
        keywords["description"] = field.Description;

        // The exporter mistakes the default of a parameter for a default of the member.
        keywords.Remove("default");
        switch (field.Kind)
        {
            case FieldKind.Address:
                (keywords["format"], maxLength, example) = ("email", EmailAddress.MaxLength, "ada@example.com");
                break;
            case FieldKind.Code:
                var pattern = string.Create(CultureInfo.InvariantCulture, $"^[0-9]{{{codes.Digits}}}$");
                (keywords["pattern"], example) = (pattern, "1234567890"[..codes.Digits]);
                break;
            case FieldKind.ResetCode:
                var either = string.Create(
                    CultureInfo.InvariantCulture, $"^([0-9]{{{codes.Digits}}}|[0-9A-Z]{{{VerificationCodes.TakeBackLength}}})$");
                (keywords["pattern"], example) = (either, "1234567890"[..codes.Digits]);
                break;
            case FieldKind.Otp:
                (keywords["type"], example) = (new JsonArray("string", "null"), "123456");
                keywords["pattern"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"^([0-9]{{{TotpSecrets.Digits}}}|[0-9A-Za-z]{{5}}-?[0-9A-Za-z]{{{TotpSecrets.RecoveryCodeLength - 5}}})$");
                break;
            case FieldKind.Passkey:
                keywords["examples"] = new JsonArray(PasskeyExample.DeepClone());
                break;
            case FieldKind.NewPassword:
                keywords["minLength"] = passwords.MinimumLength;
                goto case FieldKind.Password;
            case FieldKind.Password:
                (keywords["format"], maxLength, example) = ("password", passwords.MaximumLength, "blue tractor 77");
                break;
        }

        if (maxLength > 0)
        {
            keywords["maxLength"] = maxLength;
        }

        if (field.Values is not [])
        {
            keywords["enum"] = new JsonArray([.. field.Values.Select(value => (JsonNode)value)]);
        }

        if (example is not null)
        {
            keywords["examples"] = new JsonArray(JsonSerializer.SerializeToNode(example, example.GetType(), AccountJson.Default));
        }
    }

    private OpenApiSchemaReference Refer(Type type, JsonNode schema)
    {
        document.AddComponent<IOpenApiSchema>(type.Name, Parse(schema));
        return new OpenApiSchemaReference(type.Name, document);
    }

    private OpenApiSchema Parse(JsonNode schema) =>
        OpenApiModelFactory.Parse<OpenApiSchema>(schema.ToJsonString(), OpenApiSpecVersion.OpenApi3_1, document, out _, "json")
            ?? throw new InvalidOperationException("The exporter writes schemas only.");

    // A record's attributes are on the parameters of its constructor, those of inherited members on the members.
    private static FieldAttribute? About(JsonPropertyInfo property) =>
        new[] { property.AssociatedParameter?.AttributeProvider, property.AttributeProvider }
            .Select(provider => provider?.GetCustomAttributes(typeof(FieldAttribute), inherit: false))
            .OfType<FieldAttribute[]>()
            .SelectMany(fields => fields)
            .FirstOrDefault();
}
