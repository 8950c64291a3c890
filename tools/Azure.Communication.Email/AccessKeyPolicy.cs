using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Communication.Email;

/// <summary>Signs a request with the access key (HMAC-SHA256). Runs for each try, so that a retry carries a fresh date.</summary>
internal sealed class AccessKeyPolicy(AzureKeyCredential credential) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var uri = request.Uri.ToUri();
        using var content = new MemoryStream();
        request.Content?.WriteTo(content, message.CancellationToken);

        var date = TimeProvider.System.GetUtcNow().ToString("R");
        var hash = Convert.ToBase64String(SHA256.HashData(content.ToArray()));
        var text = $"{request.Method.Method}\n{uri.PathAndQuery}\n{date};{uri.Authority};{hash}";
        var signature = Convert.ToBase64String(
            HMACSHA256.HashData(Convert.FromBase64String(credential.Key), Encoding.ASCII.GetBytes(text)));
        request.Headers.SetValue("Date", date);
        request.Headers.SetValue("x-ms-content-sha256", hash);
        request.Headers.SetValue("Authorization", $"HMAC-SHA256 SignedHeaders=date;host;x-ms-content-sha256&Signature={signature}");
    }
}
