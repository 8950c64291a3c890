using System.Net;
using System.Text;
using AccountFunctions.Accounts;
using AccountFunctions.Documentation;
using AccountFunctions.Functions;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Tokens;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Documentation;

/// <summary>Proves that the check behind every other test can fail.</summary>
public sealed class ContractTests
{
    private const string Json = "application/json";
    private static readonly ApiContract Contract = new(new ApiDocument(
        RouteTable.All,
        Options.Create(new AccountOptions()),
        Options.Create(new PasswordOptions()),
        Options.Create(new CodeOptions()),
        Options.Create(new TokenOptions { Issuer = "https://example.com/api" })).Bytes);

    [Theory]
    [InlineData("POST", "/api/account/activate", 200, Json, """{"status":"success","code":200,"data":"success","message":null}""", null)]
    [InlineData(
        "POST", "/api/account/activate/", 400, Json, """{"status":"error","code":400,"data":null,"message":"invalid_code"}""", null)]
    [InlineData(
        "POST",
        "/api/account/activate",
        400,
        Json,
        """{"status":"error","code":400,"data":null,"message":"code: blank","errors":{"code":["blank"]}}""",
        null)]
    [InlineData(
        "POST", "/api/account/activate", 400, Json, """{"status":"error","code":400,"data":null,"message":"not_active"}""", "none of its refusals")]
    [InlineData(
        "POST",
        "/api/account/activate",
        400,
        Json,
        """{"status":"error","code":400,"data":null,"message":"job: blank","errors":{"job":["blank"]}}""",
        "job")]
    [InlineData(
        "POST",
        "/api/account/activate",
        404,
        Json,
        """{"status":"error","code":404,"data":null,"message":"not_found"}""",
        "a status that is not documented")]
    [InlineData(
        "POST",
        "/api/account/activate",
        429,
        Json,
        """{"status":"error","code":429,"data":null,"message":"throttled"}""",
        "without the header Retry-After")]
    [InlineData("POST", "/api/account/activate", 200, "text/plain", "success", "the type")]
    [InlineData(
        "POST", "/api/account/activate", 200, Json, """{"status":"success","code":201,"data":"success","message":null}""", "none of")]
    [InlineData("POST", "/api/account/activate", 200, Json, """{"status":"success","code":200,"data":"success"}""", "message is missing")]
    [InlineData(
        "POST",
        "/api/account/activate",
        200,
        Json,
        """{"status":"success","code":200,"data":"success","message":null,"more":1}""",
        "more is not documented")]
    [InlineData(
        "POST",
        "/api/account/register",
        201,
        Json,
        """{"status":"success","code":201,"data":{"username":"a","first_name":null,"last_name":"","country_code":null},"message":null}""",
        "null is no string")]
    [InlineData("PUT", "/api/account/activate", 404, Json, "", null)]
    [InlineData("PUT", "/api/account/activate", 200, Json, "", "which is not documented")]
    public async Task An_answer_is_held_to_the_document(string method, string path, int status, string type, string body, string? fault)
    {
        using var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            RequestMessage = new HttpRequestMessage(new HttpMethod(method), $"https://example.com{path}"),
            Content = new StringContent(body, Encoding.UTF8, type),
            Headers = { { "X-Request-Id", "0af7651916cd43dd8448eb211c80319c" } },
        };
        var thrown = await Record.ExceptionAsync(() => Contract.CheckAsync(answer));

        Assert.Equal(fault is null, thrown is null);
        Assert.Contains(fault ?? "", thrown?.Message ?? "");
    }
}
