using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace LocalRuntime.Communication;

/// <summary>Signs a request with the access key. Runs once per try, so that a retry carries a fresh date.</summary>
internal sealed class AccessKeyPolicy(AzureKeyCredential credential) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var uri = request.Uri.ToUri();
        using var content = new MemoryStream();
        request.Content?.WriteTo(content, message.CancellationToken);

        var date = TimeProvider.System.GetUtcNow().ToString("R");
        var hash = AccessKeySignature.HashContent(content.ToArray());
        var signature = AccessKeySignature.Compute(
            Convert.FromBase64String(credential.Key), request.Method.Method, uri.PathAndQuery, date, uri.Authority, hash);
        request.Headers.SetValue("Date", date);
        request.Headers.SetValue("x-ms-content-sha256", hash);
        request.Headers.SetValue("Authorization", $"HMAC-SHA256 SignedHeaders=date;host;x-ms-content-sha256&Signature={signature}");
    }
}
