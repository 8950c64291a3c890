using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Delivery.Tests.Browser;

/// <summary>A gateway that serves an app under a path of its own, as <c>https://example.com/accounts/api/…</c>.</summary>
public sealed class PrefixProxy : IAsyncDisposable
{
    private readonly WebApplication proxy;

    private PrefixProxy(WebApplication proxy, string url) => (this.proxy, Url) = (proxy, url);

    /// <summary>Where the app is for browsers, without a slash at its end.</summary>
    public string Url { get; }

    public static async Task<PrefixProxy> StartAsync(HttpClient app)
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var proxy = builder.Build();
        proxy.Urls.Add(url);
        proxy.Map("/accounts/{**path}", http => ForwardAsync(app, http));
        await proxy.StartAsync();
        return new PrefixProxy(proxy, $"{url}/accounts");
    }

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private static async Task ForwardAsync(HttpClient app, HttpContext http)
    {
        var target = http.Request.Path.Value!["/accounts".Length..] + http.Request.QueryString;
        using var request = new HttpRequestMessage(HttpMethod.Parse(http.Request.Method), target);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(http.Request.ContentType!);
        }

        if (http.Request.Headers.Authorization is [{ } authorization])
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await app.SendAsync(request);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        await http.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
    }
}
