using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>A stand-in for Communication Services Email that counts the mails of every recipient. It survives the app.</summary>
public sealed partial class MailSink : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<TimeSpan>> mails = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> codes = [];
    private readonly ConcurrentDictionary<string, bool> operations = [];
    private int doubles;
    private readonly long start = TimeProvider.System.GetTimestamp();
    private readonly WebApplication app;

    private MailSink(WebApplication app, int port) =>
        (this.app, ConnectionString) = (app, $"endpoint=http://127.0.0.1:{port}/;accesskey=c2luaw==");

    public string ConnectionString { get; }

    /// <summary>Answers every request with 503.</summary>
    public bool IsAway { get; set; }

    /// <summary>Recipients whose mails always get 500.</summary>
    public Func<string, bool> IsPoisoned { get; set; } = _ => false;

    public TimeSpan Delay { get; set; }

    public int Refusals { get; private set; }

    public int Count => mails.Values.Sum(times => times.Count);

    /// <summary>Duplicate mails.</summary>
    public int Doubles => doubles;

    public int Recipients => mails.Count;

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(start);

    /// <summary>When the last recipient got their first mail.</summary>
    public TimeSpan LastRecipient => mails.Values.Select(times => times.First()).DefaultIfEmpty().Max();

    public static async Task<MailSink> StartAsync()
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var sink = new MailSink(app, port);
        app.MapPost("/emails:send", sink.TakeAsync);
        app.MapGet("/emails/operations/{id}", (string id) =>
            sink.IsAway
                ? Results.StatusCode(503)
                : sink.operations.ContainsKey(id)
                ? Results.Json(new { id, status = "Running" })
                : Results.NotFound());
        await app.StartAsync();
        return sink;
    }

    /// <summary>
    /// The code in the newest mail to an address, after this many mails with a code. Waits long enough for a failed mail to come again
    /// after a minute.
    /// </summary>
    public async Task<string> CodeAsync(string address, int mails = 1)
    {
        for (var tries = 0; tries < 3600; tries++)
        {
            if (codes.TryGetValue(address, out var found) && found.Count >= mails)
            {
                return found.Last();
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{address} got no code.");
    }

    public string? NewestCode(string address) => codes.TryGetValue(address, out var found) ? found.Last() : null;

    public TimeSpan TimeOf(string address) => mails[address].First();

    public int CountFor(string address) => mails.TryGetValue(address, out var times) ? times.Count : 0;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        var to = body.RootElement.GetProperty("recipients").GetProperty("to")[0].GetProperty("address").GetString() ?? "";
        await Task.Delay(Delay);
        if (IsAway || IsPoisoned(to))
        {
            Refusals++;
            return Results.StatusCode(IsAway ? 503 : 500);
        }

        var id = request.Headers["Operation-Id"].ToString();
        if (!operations.TryAdd(id, true))
        {
            Interlocked.Increment(ref doubles);
        }

        mails.GetOrAdd(to, _ => []).Enqueue(Now);
        if (Code().Match(body.RootElement.GetProperty("content").GetProperty("subject").GetString() ?? "") is { Success: true } code)
        {
            codes.GetOrAdd(to, _ => []).Enqueue(code.Value);
        }

        return Results.Json(new { id, status = "Running" }, statusCode: 202);
    }

    [GeneratedRegex(@"\d{6}")]
    private static partial Regex Code();
}
