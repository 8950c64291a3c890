using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AccountFunctions.Documentation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TestKit;

/// <summary>The served OpenAPI document, as the contract for every answer of the app.</summary>
public sealed partial class ApiContract(ReadOnlyMemory<byte> document)
{
    private static readonly ConcurrentDictionary<string, Lazy<ApiContract>> Known = [];
    private readonly ConcurrentDictionary<string, Regex> patterns = [];

    public JsonElement Root { get; } = JsonDocument.Parse(document).RootElement;

    /// <summary>The contract of an app. Apps with the same settings share it: to write the document takes longer than to start.</summary>
    public static ApiContract Of(IServiceProvider services)
    {
        // What the document is made from: the routes, which are the same in all apps, and options.
        var options = typeof(ApiDocument).GetConstructors().Single().GetParameters()
            .Where(parameter => parameter.ParameterType.Name == typeof(IOptions<>).Name)
            .Select(parameter => parameter.ParameterType)
            .Select(type => JsonSerializer.Serialize(type.GetProperty("Value")!.GetValue(services.GetRequiredService(type))));
        return Known.GetOrAdd(
            string.Join('\n', options),
            _ => new Lazy<ApiContract>(() => new ApiContract(services.GetRequiredService<ApiDocument>().Bytes))).Value;
    }

    /// <summary>What the document says of a call; null if it knows none such.</summary>
    public JsonElement? Find(HttpMethod method, string path)
    {
        // The server's URL is relative to the document's.
        var server = new Uri(new Uri("http://host/api/openapi.json"), Root.GetProperty("servers")[0].GetProperty("url").GetString());
        var prefix = server.AbsolutePath.TrimEnd('/');
        foreach (var item in Root.GetProperty("paths").EnumerateObject())
        {
            var template = Pattern($"(?i)^{prefix}{Parameter().Replace(item.Name, "[^/]+")}/?$");
            if (template.IsMatch(path) && item.Value.TryGetProperty(method.Method.ToLowerInvariant(), out var operation))
            {
                return operation;
            }
        }

        return null;
    }

    /// <summary>The schema of a request body.</summary>
    public JsonElement RequestOf(JsonElement operation) =>
        Resolve(operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));

    /// <summary>Throws if an answer's status, headers, type or content do not match the document.</summary>
    public async Task CheckAsync(HttpResponseMessage answer)
    {
        var request = answer.RequestMessage!;
        var call = $"{request.Method} {request.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}";
        await answer.Content.LoadIntoBufferAsync();
        var text = await answer.Content.ReadAsStringAsync();
        var isHead = request.Method == HttpMethod.Head;
        if (Find(isHead ? HttpMethod.Get : request.Method, request.RequestUri.AbsolutePath) is not { } operation)
        {
            Check(answer.StatusCode is HttpStatusCode.NotFound && text is "", $"{call}, which is not documented");
            return;
        }

        Check(operation.GetProperty("responses").TryGetProperty(
            ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), out var response), $"{call}, a status that is not documented");
        response = Resolve(response);
        var headers = response.GetProperty("headers")
            .EnumerateObject()
            .Select(header => header.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in headers)
        {
            Check(answer.Headers.Contains(name), $"{call} without the header {name}");
        }

        foreach (var name in new[] { "ETag", "Location", "Retry-After", "WWW-Authenticate" })
        {
            Check(headers.Contains(name) || !answer.Headers.Contains(name), $"{call} with the header {name}, which is not documented");
        }

        if (!response.TryGetProperty("content", out var contents))
        {
            Check(text is "", $"{call} with a body, which is not documented");
            return;
        }

        Check(
            contents.TryGetProperty(answer.Content.Headers.ContentType?.MediaType ?? "", out var content),
            $"{call} with the type {answer.Content.Headers.ContentType}, which is not documented");
        if (isHead)
        {
            Check(text is "", $"{call} with a body");
            return;
        }

        if (answer.Content.Headers.ContentType?.MediaType is "text/plain")
        {
            return;
        }

        var body = JsonSerializer.Deserialize<JsonElement>(text);
        Match(body, content.GetProperty("schema"), call);
        if (content.TryGetProperty("examples", out var examples))
        {
            CheckRefusal(body, operation, examples, (int)answer.StatusCode, call);
        }
    }

    /// <summary>
    /// Throws if a value does not match a schema. Supports only the keywords that the document uses; undocumented members are faults.
    /// </summary>
    public void Match(JsonElement value, JsonElement schema, string at)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "type":
                    string[] types = keyword.Value.ValueKind is JsonValueKind.Array
                        ? [.. keyword.Value.EnumerateArray().Select(type => type.GetString()!)]
                        : [keyword.Value.GetString()!];
                    Check(types.Any(type => Is(value, type)), $"{at}: {value.GetRawText()} is no {keyword.Value}");
                    break;
                case "enum":
                    Check(
                        keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
                        $"{at}: {value.GetRawText()} is none of {keyword.Value}");
                    break;
                case "x-extensible-enum" when value.ValueKind is JsonValueKind.String:
                    Check(
                        keyword.Value.EnumerateArray().Any(allowed => allowed.GetString() == value.GetString()
                            || (allowed.GetString() is "field: code" && FieldLines().IsMatch(value.GetString()!))),
                        $"{at}: {value.GetRawText()} is none of {keyword.Value}");
                    break;
                case "pattern" when value.ValueKind is JsonValueKind.String:
                    Check(Pattern(keyword.Value.GetString()!).IsMatch(value.GetString()!), $"{at}: {value} does not match {keyword.Value}");
                    break;
                case "minLength" when value.ValueKind is JsonValueKind.String:
                    Check(Length(value) >= keyword.Value.GetInt32(), $"{at}: {value} is too short");
                    break;
                case "maxLength" when value.ValueKind is JsonValueKind.String:
                    Check(Length(value) <= keyword.Value.GetInt32(), $"{at}: {value} is too long");
                    break;
                case "format" when keyword.Value.GetString() is "date-time" && value.ValueKind is JsonValueKind.Null:
                    break;
                case "format" when keyword.Value.GetString() is "date-time":
                    Check(value.TryGetDateTime(out var time) && time.Kind is DateTimeKind.Utc, $"{at}: {value} is no time in UTC");
                    break;
                case "format" when keyword.Value.GetString() is "uri":
                    Check(Uri.TryCreate(value.GetString(), UriKind.Absolute, out _), $"{at}: {value} is no URI");
                    break;
                case "items" when value.ValueKind is JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Match(item, keyword.Value, $"{at}[]");
                    }

                    break;
                case "properties" when value.ValueKind is JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        Check(keyword.Value.TryGetProperty(member.Name, out var known), $"{at}: {member.Name} is not documented");
                        Match(member.Value, known, $"{at}.{member.Name}");
                    }

                    break;
                case "additionalProperties" when keyword.Value.ValueKind is JsonValueKind.Object && value.ValueKind is JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        Match(member.Value, keyword.Value, $"{at}.{member.Name}");
                    }

                    break;
                case "required" when value.ValueKind is JsonValueKind.Object:
                    foreach (var name in keyword.Value.EnumerateArray())
                    {
                        Check(value.TryGetProperty(name.GetString()!, out _), $"{at}: {name} is missing");
                    }

                    break;
                case "pattern" or "minLength" or "maxLength" or "items" or "properties" or "required" or "additionalProperties":
                case "description" or "examples":
                case "format" when keyword.Value.GetString() is "email" or "password":
                    break;
                default:
                    throw new NotSupportedException($"{keyword.Name}: {keyword.Value}");
            }
        }
    }

    // All refusals have one schema. Its examples list the refusals that a status of an operation allows.
    private void CheckRefusal(JsonElement body, JsonElement operation, JsonElement examples, int status, string call)
    {
        var isProblem = body.TryGetProperty("trace_id", out _);
        var hasFaults = body.TryGetProperty("errors", out var faults);
        foreach (var fault in hasFaults ? faults.EnumerateObject() : default)
        {
            var isField = operation.TryGetProperty("requestBody", out _)
                ? RequestOf(operation).GetProperty("properties").TryGetProperty(fault.Name, out _)
                : operation.GetProperty("parameters").EnumerateArray().Any(known => known.GetProperty("name").GetString() == fault.Name);
            Check(isField, $"{call}: no field is called {fault.Name}");
        }

        var code = hasFaults ? "invalid_fields" : body.GetProperty(isProblem ? "code" : "message").GetString()!;
        Check(examples.TryGetProperty(code, out _), $"{call} with {code}, which is none of its refusals");
        Check(body.GetProperty(isProblem ? "status" : "code").GetInt32() == status, $"{call}, but names another status");
    }

    /// <summary>The target of a reference.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()![2..].Split('/').Aggregate(Root, (node, name) => node.GetProperty(name));
        }

        return element;
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind is JsonValueKind.String,
        "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "null" => value.ValueKind is JsonValueKind.Null,
        _ => false,
    };

    private Regex Pattern(string pattern) => patterns.GetOrAdd(pattern, static text => new Regex(text));

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\A[a-z0-9_]+: [a-z_]+(\n[a-z0-9_]+: [a-z_]+)*\z")]
    private static partial Regex FieldLines();

    private static int Length(JsonElement text) => text.GetString()!.EnumerateRunes().Count();

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ContractException(otherwise);
        }
    }
}

/// <summary>Checks every answer of the API against the document of the app that gave it.</summary>
public sealed class ContractHandler(Func<ApiContract> contract)
    : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // With a length, as every client must send it, unless a test wants none.
        if (request.Content is not null && request.Headers.TransferEncodingChunked is not true)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith("/api/", StringComparison.Ordinal)
            && !path.StartsWith("/api/docs", StringComparison.Ordinal)
            && path != "/api/openapi.json")
        {
            await contract().CheckAsync(answer);
        }

        return answer;
    }
}

/// <summary>An answer that does not match the document.</summary>
public sealed class ContractException(string message) : Exception(message);
