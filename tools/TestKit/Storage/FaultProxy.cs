using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>A fault of a storage call.</summary>
public enum StorageFault
{
    /// <summary>The connection breaks before the call reaches the service.</summary>
    Lost,

    /// <summary>The service carries out the call, and the connection breaks before the answer.</summary>
    AnswerLost,

    /// <summary>The service answers 500 and does nothing.</summary>
    Failed,

    /// <summary>The service answers 503 and does nothing.</summary>
    Busy,

    /// <summary>The service carries out the call and answers 500.</summary>
    FailedAfterwards,

    /// <summary>The service carries out the call and answers 503.</summary>
    BusyAfterwards,

    /// <summary>The call arrives twice, and the client gets the second answer.</summary>
    Twice,

    /// <summary>The service carries out the call, but the answer arrives after the client has given up.</summary>
    Late,
}

/// <summary>A proxy between an app and its storage that records every call and injects a fault into a chosen one.</summary>
public sealed partial class FaultProxy : IAsyncDisposable
{
    private static readonly string[] HopByHop = ["Connection", "Keep-Alive", "Transfer-Encoding", "Host"];
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<WebApplication> apps = [];
    private readonly Lock sync = new();
    private Func<HttpRequest, bool> counts = _ => true;
    private int skip = -1;
    private int strikes;
    private StorageFault fault;

    private FaultProxy()
    {
    }

    /// <summary>The connection string with every endpoint routed through the proxy.</summary>
    public string Storage { get; private set; } = "";

    /// <summary>The method, target and body of every call to storage.</summary>
    public ConcurrentQueue<string> Traffic { get; } = [];

    /// <summary>What happens before each call reaches the service.</summary>
    public Func<HttpRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether the fault has hit a call.</summary>
    public bool Struck { get; private set; }

    public static async Task<FaultProxy> StartAsync(string storage)
    {
        var proxy = new FaultProxy();
        foreach (var port in Port().Matches(storage).Select(match => match.Groups[1].Value).Distinct())
        {
            var own = Ports.Free();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls($"http://127.0.0.1:{own}");
            var app = builder.Build();
            app.Run(context => proxy.ForwardAsync(context, $"http://127.0.0.1:{port}"));
            await app.StartAsync();
            proxy.apps.Add(app);
            storage = storage.Replace($":{port}/", $":{own}/", StringComparison.Ordinal);
        }

        proxy.Storage = storage;
        return proxy;
    }

    /// <summary>
    /// Injects the fault into the call with this number from now on (the first is 0) and the calls after it, until it has hit
    /// <paramref name="times"/> times.
    /// </summary>
    public void Strike(StorageFault with, int call, int times = 1, Func<HttpRequest, bool>? among = null)
    {
        lock (sync)
        {
            (fault, skip, strikes, Struck, counts) = (with, call, times, false, among ?? (_ => true));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }

        client.Dispose();
    }

    private StorageFault? Next(HttpRequest request)
    {
        lock (sync)
        {
            if (strikes == 0 || !counts(request) || skip-- > 0)
            {
                return null;
            }

            strikes--;
            Struck = true;
            return fault;
        }
    }

    private async Task ForwardAsync(HttpContext context, string target)
    {
        await Before(context.Request);
        var strike = Next(context.Request);
        switch (strike)
        {
            case StorageFault.Lost:
                context.Abort();
                return;
            case StorageFault.Failed or StorageFault.Busy:
                context.Response.StatusCode = strike is StorageFault.Busy ? 503 : 500;
                return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Traffic.Enqueue($"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} "
            + $"{Encoding.UTF8.GetString(body.ToArray())}");
        using var answer = await SendAsync(context.Request, body.ToArray(), target);
        switch (strike)
        {
            case StorageFault.AnswerLost:
                context.Abort();
                return;
            case StorageFault.FailedAfterwards or StorageFault.BusyAfterwards:
                context.Response.StatusCode = strike is StorageFault.BusyAfterwards ? 503 : 500;
                return;
            case StorageFault.Late:
                await Task.Delay(TimeSpan.FromSeconds(4));
                break;
            case StorageFault.Twice:
                using (var second = await SendAsync(context.Request, body.ToArray(), target))
                {
                    await AnswerAsync(context.Response, second);
                }

                return;
        }

        await AnswerAsync(context.Response, answer);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequest request, byte[] body, string target)
    {
        var raw = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var copy = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(target + raw));
        copy.Content = body.Length > 0 || request.ContentType is not null ? new ByteArrayContent(body) : null;
        foreach (var (name, value) in request.Headers.Where(header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!copy.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
            {
                copy.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
            }
        }

        return await client.SendAsync(copy);
    }

    private static async Task AnswerAsync(HttpResponse response, HttpResponseMessage answer)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(
            header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            response.Headers[name] = values.ToArray();
        }

        if (response.StatusCode is not 204 and not 304)
        {
            await response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex Port();
}
