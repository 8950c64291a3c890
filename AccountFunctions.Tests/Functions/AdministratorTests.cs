using System.Net;
using System.Text;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Profile;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Functions;
using AccountFunctions.Storage.Accounts;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Functions;

/// <summary>Who is an administrator. No operation is for them yet, so here one answers in the place of those of the details.</summary>
public sealed class AdministratorTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private Administrator? caller;

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, configure: services =>
    {
        var pipeline = services.Last(service => service.ServiceType == typeof(FunctionExecutionDelegate)).ImplementationFactory!;
        services.AddSingleton<FunctionExecutionDelegate>(provider => async context =>
        {
            if (context.FunctionDefinition.Name is nameof(GetDetails) or nameof(UpdateDetails))
            {
                var request = (await context.GetHttpRequestDataAsync())!;
                context.GetInvocationResult().Value = await AdministrateAsync(provider.GetRequiredService<HttpEdge>(), request);
            }
            else
            {
                await ((FunctionExecutionDelegate)pipeline(provider))(context);
            }
        });
    });

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_account_with_the_role_is_the_caller(string method)
    {
        var token = await SignInAsync(AccountEntity.AdminRole);

        Assert.Equal((HttpStatusCode.OK, null), await SendAsync(method, token));
        var rows = await App.RowsAsync("Accounts");
        Assert.Equal(rows.Single(row => row.RowKey == AccountEntity.RowName).PartitionKey, caller?.Account.Id);
        Assert.Contains(rows, row => row.RowKey == $"session-{caller?.SessionId}");
        Assert.Equal("console/1", caller?.Client);
        Assert.Equal(new Actor(Client: "console/1", By: caller?.Account.Id), caller?.Actor);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_account_without_it_is_refused(string method)
    {
        var token = await SignInAsync(AccountEntity.ClientRole);

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), await SendAsync(method, token));
        Assert.Null(caller);
    }

    [Theory]
    [InlineData("GET", null, "not_authenticated")]
    [InlineData("POST", null, "not_authenticated")]
    [InlineData("GET", "no token", "token_not_valid")]
    public async Task Without_a_good_token_it_is_401(string method, string? token, string message)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, message), await SendAsync(method, token));
        Assert.Null(caller);
    }

    private Task<HttpResponseData> AdministrateAsync(HttpEdge edge, HttpRequestData request) => request.Method is "GET"
        ? edge.AnswerAsync(request, (Administrator administrator, CancellationToken _) => SeeAsync(administrator), default)
        : edge.AnswerAsync(
            request,
            AccountJson.Default.UpdateDetailsRequest,
            (UpdateDetailsRequest _, Administrator administrator, CancellationToken _) => SeeAsync(administrator),
            default);

    private Task<Result<Success>> SeeAsync(Administrator administrator)
    {
        caller = administrator;
        return Task.FromResult<Result<Success>>(Success.Done);
    }

    private async Task<string?> SignInAsync(string role)
    {
        var token = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        var row = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == AccountEntity.RowName);
        await App.Table("Accounts").UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { ["Role"] = role }, row.ETag, TableUpdateMode.Merge);
        return token;
    }

    // Past the check of the document, which promises something else in this place.
    private async Task<(HttpStatusCode Status, string? Message)> SendAsync(string method, string? token)
    {
        using var client = new HttpClient { BaseAddress = App.Client.BaseAddress };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/account/details");
        request.Content = method is "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        request.Headers.UserAgent.ParseAdd("console/1");
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var response = await client.SendAsync(request);
        var answer = new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), new Dictionary<string, string>());
        return (answer.Status, answer.Message);
    }
}
