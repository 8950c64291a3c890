using Microsoft.AspNetCore.Http;

namespace LocalHost.Mail;

/// <summary>A refusal in the service's shape: the code in a header, code and message in the body.</summary>
internal sealed record ServiceError(int Status, string Code, string Message, int? RetryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.Headers["x-ms-error-code"] = Code;
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = $"{seconds}";
        }

        return response.WriteAsJsonAsync(new ErrorBody(new ErrorDetail(Code, Message)), EmailWire.Default.ErrorBody);
    }
}
