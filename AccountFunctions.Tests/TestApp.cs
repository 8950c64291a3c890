using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AccountFunctions.Documentation;
using AccountFunctions.Functions;
using AccountFunctions.Tests.Documentation;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalRuntime.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests;

/// <summary>The whole app in this process, reached over real HTTP, with a clock that the test moves.</summary>
public sealed partial class TestApp : IAsyncDisposable
{
    public const string Password = "blue tractor 77";

    private readonly IHost host;
    private readonly Lazy<Contract> contract;

    private TestApp(IHost host, string storage, FakeTimeProvider time, int port)
    {
        this.host = host;
        Storage = storage;
        Time = time;
        contract = new Lazy<Contract>(() => new Contract(host.Services.GetRequiredService<ApiDocument>().Bytes));
        Client = new HttpClient(new ContractHandler(() => contract.Value)) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Refuses every answer under <c>/api/</c> that is not as the OpenAPI document says.</summary>
    public HttpClient Client { get; }

    public Contract Contract => contract.Value;

    public FakeTimeProvider Time { get; }

    public string Storage { get; }

    public LogCollector Logs { get; private init; } = new();

    public IServiceProvider Services => host.Services;

    public TableClient Table(string name) => new TableServiceClient(Storage).GetTableClient(name);

    public QueueClient Queue(string name) => new(Storage, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public static async Task<TestApp> StartAsync(
        string storage, Dictionary<string, string?>? settings = null, FakeTimeProvider? time = null, int? port = null, Action<IServiceCollection>? configure = null)
    {
        port ??= FreePort();
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        var logs = new LogCollector();
        var all = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.050",
            ["Throttle:RequestsPerMinute"] = "1000000",
            ["Passwords:MaxWaitingHashes"] = "1000",
            ["Email:PerMinute"] = "1000000",
            ["Email:PerHour"] = "1000000",
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var builder = LocalApplication.CreateBuilder(new LocalApplicationOptions { Functions = typeof(AccountRoutes).Assembly, Port = port.Value, Settings = all });
        builder.Logging.AddProvider(logs);
        builder.Services.AddAzureClients().AddAccounts().AddSingleton<TimeProvider>(time);
        configure?.Invoke(builder.Services);
        var app = new TestApp(builder.Build(), storage, time, port.Value) { Logs = logs };
        await app.host.StartAsync();

        // Now, so that the first answer of a test takes no longer than the others.
        _ = app.Contract;
        return app;
    }

    /// <summary>Posts to an operation and reads the envelope.</summary>
    public async Task<Envelope> PostAsync(string operation, object body, string? token = null, string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/account/{operation}") { Content = JsonContent.Create(body) };
        return await SendAsync(request, token, from);
    }

    public async Task<Envelope> GetAsync(string operation, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/account/{operation}");
        return await SendAsync(request, token);
    }

    public async Task<Envelope> SendAsync(HttpRequestMessage request, string? token = null, string? from = null)
    {
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        if (from is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", from);
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Envelope(response.StatusCode, text, response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Envelope> RegisterAsync(string username, string password = Password) =>
        PostAsync("register", new { username, password1 = password, password2 = password, first_name = "Ada", last_name = "Lovelace", country_code = "GB" });

    public Task<Envelope> LoginAsync(string username, string password = Password) => PostAsync("login", new { username, password });

    /// <summary>Registers and activates; the cool-down for mails has passed afterwards.</summary>
    public async Task ActivateAsync(string username, string password = Password)
    {
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync(username, password)).Status);
        var code = await NextCodeAsync(username);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("activate", new { username, code })).Status);
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>A new account, signed in.</summary>
    public async Task<JsonElement> SignInAsync(string username, string password = Password)
    {
        await ActivateAsync(username, password);
        var login = await LoginAsync(username, password);
        Assert.Equal(HttpStatusCode.OK, login.Status);
        return login.Data;
    }

    public async Task<IReadOnlyList<SentMail>> MailsAsync(string to) =>
        await Client.GetFromJsonAsync<List<SentMail>>($"/emailMessages?to={Uri.EscapeDataString(to)}") ?? [];

    /// <summary>Waits until the address has got so many mails and returns them.</summary>
    public async Task<IReadOnlyList<SentMail>> WaitForMailsAsync(string to, int count)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            if (await MailsAsync(to) is { } mails && mails.Count >= count)
            {
                return mails;
            }

            await Task.Delay(25);
        }

        throw new TimeoutException($"{to} did not get {count} mails.");
    }

    /// <summary>The code of the newest mail, once there are so many.</summary>
    public async Task<string> NextCodeAsync(string to, int mails = 1) => Digits().Match((await WaitForMailsAsync(to, mails))[^1].Subject).Value;

    public async Task WaitForLogAsync(string line)
    {
        for (var tries = 0; !Logs.Text.Contains(line, StringComparison.Ordinal); tries++)
        {
            Assert.True(tries < 1200, $"not logged: {line}");
            await Task.Delay(25);
        }
    }

    /// <summary>Every mail job is done or waiting for its row.</summary>
    public async Task DrainAsync()
    {
        var queue = Queue("email-jobs");
        for (var tries = 0; (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount > 0; tries++)
        {
            Assert.True(tries < 1200, "mail jobs are left");
            await Task.Delay(25);
        }
    }

    public async Task<List<TableEntity>> RowsAsync(string table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in Table(table).QueryAsync<TableEntity>())
        {
            rows.Add(row);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"\d{6,10}")]
    private static partial Regex Digits();
}

/// <summary>A mail as the emulator shows it.</summary>
public sealed record SentMail(IReadOnlyList<string> To, string From, string Subject, string PlainText, string Html);

/// <summary>An answer of the API.</summary>
public sealed record Envelope(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public JsonElement Data => Json.GetProperty("data");

    public string? Message => Json.GetProperty("message").GetString();
}

/// <summary>Everything that was logged.</summary>
public sealed class LogCollector : ILoggerProvider, ILogger, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> lines = [];
    private IExternalScopeProvider? scopes;

    public string Text => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new StringBuilder($"{logLevel} {formatter(state, exception)} {exception}");
        scopes?.ForEachScope((scope, text) => text.Append(" => ").Append(scope), line);
        lines.Enqueue(line.ToString());
    }

    public void Dispose()
    {
    }
}
