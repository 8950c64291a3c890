using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Communication.Email;
using LocalHost.Mail;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Delivery.Tests.LocalHost;

/// <summary>The e-mail emulator on a port of its own.</summary>
public sealed class EmulatorHost : IAsyncLifetime
{
    public const string SendTarget = "/emails:send?api-version=2025-09-01";

    private readonly WebApplication app;

    public EmulatorHost()
        : this(null)
    {
    }

    /// <param name="file">Keeps the mails over a restart.</param>
    internal EmulatorHost(string? file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapEmailEmulator(Convert.ToBase64String(Key), file);
    }

    public static byte[] Key { get; } = [.. Enumerable.Repeat((byte)1, 32)];

    public HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await app.StartAsync(TestContext.Current.CancellationToken);
        Http.BaseAddress = new Uri(app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
    }

    public EmailClient CreateClient(byte[]? key = null)
    {
        var options = new EmailClientOptions();
        options.Retry.MaxRetries = 0;
        return new EmailClient($"endpoint={Http.BaseAddress};accesskey={Convert.ToBase64String(key ?? Key)}", options);
    }

    /// <summary>A request signed by hand, as the service documents it.</summary>
    public HttpRequestMessage Sign(
        HttpMethod method, string target, string body = "", DateTimeOffset? at = null, string dateHeader = "x-ms-date")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var date = (at ?? TimeProvider.System.GetUtcNow()).ToString("R");
        var hash = AccessKeySignature.HashContent(bytes);
        var host = new Uri(Http.BaseAddress!, target).Authority;
        var signature = AccessKeySignature.Compute(Key, method.Method, target, date, host, hash);
        var request = new HttpRequestMessage(method, target) { Content = new ByteArrayContent(bytes) };
        request.Headers.TryAddWithoutValidation(dateHeader, date);
        request.Headers.Add("x-ms-content-sha256", hash);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"HMAC-SHA256 SignedHeaders={dateHeader};host;x-ms-content-sha256&Signature={signature}");
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        Http.SendAsync(request, TestContext.Current.CancellationToken);

    public async Task<JsonElement[]> GetMailsAsync(string query = "") =>
        await Http.GetFromJsonAsync<JsonElement[]>($"/emailMessages{query}", TestContext.Current.CancellationToken) ?? [];

    public Task<HttpResponseMessage> PostFaultAsync(string json) =>
        Http.PostAsync(
            "/emulator/faults", new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
