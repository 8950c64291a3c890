using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace LocalRuntime.Communication;

/// <summary>Signs each try of a request anew, so that its date is fresh.</summary>
internal sealed class HmacPolicy(string accessKey) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        using var body = new MemoryStream();
        request.Content?.WriteTo(body, message.CancellationToken);
        var hash = Signature.HashContent(body.ToArray());
        var date = TimeProvider.System.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        var uri = request.Uri.ToUri();
        var signature = Signature.Compute(request.Method.Method, uri.PathAndQuery, date, uri.Authority, hash, accessKey);
        request.Headers.SetValue("Date", date);
        request.Headers.SetValue("x-ms-content-sha256", hash);
        request.Headers.SetValue("Authorization", $"HMAC-SHA256 SignedHeaders=date;host;x-ms-content-sha256&Signature={signature}");
    }
}
