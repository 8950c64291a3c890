using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Documentation;
using AccountFunctions.Functions;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AccountFunctions.Tests.Documentation;

/// <summary>
/// Checks the document against the code. <see cref="TestApp"/> checks every answer in all other tests.
/// </summary>
[SharedApp]
public sealed class ApiDocumentTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private static readonly ApiRoute ForAdministrators = RouteTable.All.First(route => route.Name == nameof(ShowAccount));

    // Not the one of the examples, which would delete the account.
    private const string OtherPassword = "green tractor 78";

    private string Address { get; } = NewAddress();

    [Fact]
    public async Task The_document_is_valid_openapi_3_1_and_what_is_served()
    {
        var served = await App.Client.GetByteArrayAsync("/api/openapi.json");
        var read = await OpenApiDocument.LoadAsync(new MemoryStream(served));

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.True(served.AsSpan().SequenceEqual(App.Services.GetRequiredService<ApiDocument>().Bytes.Span));
    }

    [Fact]
    public void Every_route_but_those_of_the_documentation_is_an_operation_and_there_is_no_other()
    {
        var documented = App.Contract.Root.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(
                operation => (operation.Name.ToUpperInvariant(), path.Name, operation.Value.GetProperty("operationId").GetString()!)));

        Assert.Equal(
            RouteTable.All.Where(route => route.Function.DeclaringType != typeof(DocumentationRoutes))
                .Select(route => (route.Method.Method, route.Path, Name: NameOf(route)))
                .Order(),
            documented.Order());
    }

    [Fact]
    public void Every_problem_is_answered_somewhere_and_every_code_explained()
    {
        var text = Write(RouteTable.All);

        Assert.All(Catalogue.Problems, problem => Assert.Contains($"\"{problem.Code}\":{{\"description\":", text));
        Assert.Equal(typeof(Problem).GetFields().Length, Catalogue.Problems.Count);
        Assert.Equal(typeof(FieldError).GetFields().Length, Catalogue.FieldErrors.Count);
    }

    [Fact]
    public void An_operation_for_administrators_needs_a_token_and_may_refuse_with_403()
    {
        using var document = JsonDocument.Parse(Write([ForAdministrators]));
        var operation = document.RootElement.GetProperty("paths").GetProperty(ForAdministrators.Path).GetProperty("get");

        Assert.Equal("bearer", operation.GetProperty("security")[0].EnumerateObject().Single().Name);
        Assert.Equal(
            ["200", "401", "403", "404", "503"],
            operation.GetProperty("responses").EnumerateObject().Select(response => response.Name).Order());
    }

    [Fact]
    public void A_code_that_no_operation_answers_is_not_promised()
    {
        Assert.Contains(Problem.Forbidden.Code, Write([ForAdministrators]));
        Assert.DoesNotContain(Problem.Forbidden.Code, Write([.. RouteTable.All.Where(IsForOthers)]));

        static bool IsForOthers(ApiRoute route) => route.Endpoint?.Access is not Access.Administrator;
    }

    [Fact, Holds("A1")]
    public void Telling_refusals_are_documented_only_where_addresses_are_disclosed()
    {
        // Administrators see who has an account.
        var paths = App.Contract.Root.GetProperty("paths").EnumerateObject()
            .Where(path => !path.Name.StartsWith("/account/admin/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.DoesNotContain(Problem.UsernameTaken.Code, path.Value.GetRawText()));
        Assert.DoesNotContain(Problem.InvalidUsername.Code, App.Contract.Root.GetRawText());
    }

    [Fact]
    public void Every_member_of_a_request_or_reply_is_described_and_every_example_is_valid()
    {
        var schemas = App.Contract.Root.GetProperty("components").GetProperty("schemas").EnumerateObject();
        foreach (var schema in schemas.Where(schema => Regex.IsMatch(schema.Name, "(Request|Reply|Export|ExportDetails)$")))
        {
            foreach (var member in schema.Value.GetProperty("properties").EnumerateObject())
            {
                var isDescribed = member.Value.ValueKind is JsonValueKind.Object && member.Value.TryGetProperty("description", out _);
                Assert.True(isDescribed, $"{schema.Name}.{member.Name} has no [Field]");
                if (!member.Value.TryGetProperty("$ref", out _) && !member.Value.TryGetProperty("items", out _))
                {
                    var hasExample = member.Value.TryGetProperty("examples", out var examples);
                    Assert.True(hasExample, $"{schema.Name}.{member.Name} has no example");
                    App.Contract.Match(examples[0], member.Value, $"{schema.Name}.{member.Name}");
                }
            }
        }
    }

    [Fact]
    public void Every_example_of_a_refusal_is_valid()
    {
        var contents = Descendants(App.Contract.Root)
            .Where(node => node.ValueKind is JsonValueKind.Object
                && node.TryGetProperty("examples", out var examples)
                && examples.ValueKind is JsonValueKind.Object)
            .ToList();

        Assert.True(contents.Count > 20);
        Assert.All(contents, content => Assert.All(
            content.GetProperty("examples").EnumerateObject(), example =>
                App.Contract.Match(example.Value.GetProperty("value"), content.GetProperty("schema"), example.Name)));
    }

    [Fact, Holds("F6")]
    public async Task Limits_of_requests_are_the_ones_that_hold()
    {
        var token = (await App.SignInAsync(Address, OtherPassword)).GetProperty("access").GetString();
        foreach (var path in App.Contract.Root.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Value.TryGetProperty("requestBody", out _)))
            {
                if (path.Name.StartsWith("/account/admin/", StringComparison.Ordinal))
                {
                    await LimitsHoldAsync(path.Name, operation.Value, await App.SignInAsAdministratorAsync(NewAddress()));
                }
                else
                {
                    token = await LimitsHoldAsync(path.Name, operation.Value, token);
                }
            }
        }
    }

    private static string NameOf(ApiRoute route) => route.Name switch
    {
        // One function, two methods.
        "CompleteExternal" => route.Method == HttpMethod.Get ? "CompleteExternalGet" : "CompleteExternalPost",
        var name => name,
    };

    private static string Write(IReadOnlyList<ApiRoute> routes) => Encoding.UTF8.GetString(new ApiDocument(
        routes,
        Options.Create(new AccountOptions { DiscloseAddresses = true }),
        Options.Create(new PasswordOptions()),
        Options.Create(new CodeOptions()),
        Options.Create(new TokenOptions { Issuer = "https://example.com/api" })).Bytes.Span);

    /// <returns>The access token for the next operation.</returns>
    private async Task<string?> LimitsHoldAsync(string path, JsonElement operation, string? token)
    {
        var request = App.Contract.RequestOf(operation);
        var bodyless = await PostAsync(path, null, token);
        Assert.Equal(
            operation.GetProperty("requestBody").TryGetProperty("required", out _) ? "invalid_json" : "success",
            bodyless.Message ?? bodyless.Data.GetString());
        if (bodyless.Message is null)
        {
            // This was the sign-out. Wrong passwords have been tried.
            App.Time.Advance(TimeSpan.FromMinutes(15));
            token = (await App.LoginAsync(Address, OtherPassword)).Data.GetProperty("access").GetString();
        }

        var required = request.TryGetProperty("required", out var names) ? names.EnumerateArray()
            .Select(name => name.GetString()!)
            .ToHashSet() : [];
        foreach (var member in request.GetProperty("properties").EnumerateObject())
        {
            var type = member.Value.GetProperty("type");
            var nullable = type.ValueKind is JsonValueKind.Array;
            token = await StillSignedInAsync(token);
            await RefusesAsync(path, request, member.Name, new JsonArray(), "invalid", token);
            await RefusesAsync(path, request, member.Name, null, nullable ? null : "null", token);
            if (required.Contains(member.Name))
            {
                Assert.Contains($"{member.Name}: required", (await PostAsync(path, [], token)).Message);
            }

            if (member.Value.TryGetProperty("maxLength", out var maxLength))
            {
                // An address of that length is invalid, and a password may be as long as the limit.
                var tooLong = new string('x', maxLength.GetInt32() + 1);
                await RefusesAsync(
                    path,
                    request,
                    member.Name,
                    tooLong,
                    member.Name switch { "username" => "invalid_email", "password2" => null, _ => "too_long" },
                    token);
                Assert.DoesNotContain("too_long", (await PostAsync(path, Sample(request, member.Name, tooLong[1..]), token)).Message ?? "");
            }

            if (member.Value.TryGetProperty("minLength", out var minLength) && member.Name != "password2")
            {
                await RefusesAsync(path, request, member.Name, "q7Zw2mK9bX"[..(minLength.GetInt32() - 1)], "too_short", token);
            }
        }

        return await StillSignedInAsync(token);
    }

    // A change that was null where it may be succeeds, and some changes end the session.
    private async Task<string?> StillSignedInAsync(string? token)
    {
        if ((await App.GetAsync("details", token)).Status is not HttpStatusCode.Unauthorized)
        {
            return token;
        }

        App.Time.Advance(TimeSpan.FromMinutes(15));
        var login = await App.LoginAsync(Address);
        login = login.Message is "deletion_pending"
            ? await App.PostAsync("restore", new { username = Address, password = TestApp.Password })
            : login;
        return login.Data.GetProperty("access").GetString();
    }

    private async Task RefusesAsync(string path, JsonElement request, string member, JsonNode? value, string? fault, string? token)
    {
        var answer = await PostAsync(path, Sample(request, member, value), token);

        var found = answer.Json.TryGetProperty("errors", out var errors) && errors.TryGetProperty(member, out var codes)
            ? codes[0].GetString()
            : null;
        Assert.True(fault == found, $"{path}: {member} is {fault}, but the app says {answer.Text}");
    }

    // The document's examples, with one member replaced. The example of the password is right, and would end the session or the account.
    private static JsonObject Sample(JsonElement request, string member, JsonNode? value)
    {
        var sample = new JsonObject(request.GetProperty("properties").EnumerateObject().Select(property =>
            KeyValuePair.Create(property.Name, JsonSerializer.SerializeToNode(property.Value.GetProperty("examples")[0]))));
        if (sample.ContainsKey("password"))
        {
            sample["password"] = "a wrong password";
        }

        sample[member] = value;
        return sample;
    }

    private async Task<Answer> PostAsync(string path, JsonObject? body, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await App.SendAsync(request, token);
    }

    private static IEnumerable<JsonElement> Descendants(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member => Descendants(member.Value)).Append(node),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Descendants).Append(node),
        _ => [],
    };
}
