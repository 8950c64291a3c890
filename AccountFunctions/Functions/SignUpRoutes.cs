using AccountFunctions.Accounts;
using AccountFunctions.Accounts.SignUp;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Registration and activation.</summary>
public sealed class SignUpRoutes(HttpEdge edge, Register register, Activate activate)
{
    [Function(nameof(Register)), Endpoint(typeof(Register), Access.Anyone, Tags.SignUp, Status = 201)]
    public Task<HttpResponseData> Register(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/register")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.RegisterRequest, register.HandleAsync, cancellationToken);

    [Function(nameof(Activate)), Endpoint(typeof(Activate), Access.Anyone, Tags.SignUp)]
    public Task<HttpResponseData> Activate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/activate")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ActivateRequest, activate.HandleAsync, cancellationToken);
}
