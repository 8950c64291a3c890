using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Functions;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalHost.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace TestKit;

/// <summary>The whole app in this process, reached over real HTTP, with a clock that the test moves.</summary>
public sealed partial class TestApp : IAsyncDisposable
{
    public const string Password = "blue tractor 77";

    private readonly Lazy<ApiContract> contract;
    private readonly MeterListener sends = new();
    private FunctionsHost? host;
    private InProcessWorker? worker;

    private TestApp(string storage, FakeTimeProvider time, int port)
    {
        Storage = storage;
        Time = time;
        contract = new Lazy<ApiContract>(() => ApiContract.Of(Services));
        Client = new HttpClient(new ContractHandler(() => contract.Value)) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Fails for any answer under <c>/api/</c> that does not match the OpenAPI document.</summary>
    public HttpClient Client { get; }

    public ApiContract Contract => contract.Value;

    public FakeTimeProvider Time { get; }

    public string Storage { get; }

    /// <summary>What the app has logged.</summary>
    public LogCollector Logs { get; } = new();

    /// <summary>What the host has logged, including lines from the app.</summary>
    public LogCollector HostLogs { get; } = new();

    public IServiceProvider Services => worker?.Services ?? throw new InvalidOperationException("The app has not started.");

    public TableClient Table(string name) => new TableServiceClient(Storage).GetTableClient(name);

    public QueueClient Queue(string name) => new(Storage, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public static async Task<TestApp> StartAsync(
        string storage,
        Dictionary<string, string?>? settings = null,
        FakeTimeProvider? time = null,
        int? port = null,
        Action<IServiceCollection>? configure = null)
    {
        port ??= Ports.Free();
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        var all = HostSettings.ReadFiles(port.Value, sampleOnly: true);
        HostSettings.UseStorage(all, storage);
        all["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.200";
        all["Tokens__Issuer"] = "http://localhost:7071/api";
        all["Throttle__RequestsPerMinute"] = "1000000";
        all["Passwords__MaxWaitingHashes"] = "1000";
        all["Email__PerMinute"] = "1000000";
        all["Email__PerHour"] = "1000000";
        foreach (var (name, value) in settings ?? [])
        {
            var ofHost = name.StartsWith("AzureFunctionsJobHost", StringComparison.Ordinal);
            all[ofHost ? name : name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var app = new TestApp(storage, time, port.Value);
        await app.StartAsync(port.Value, HostSettings.ForHost(AppContext.BaseDirectory, all), configure);

        // Read it now, so that the first answer of a test takes no longer than the others.
        _ = app.Contract;
        return app;
    }

    private async Task StartAsync(int port, IConfiguration configuration, Action<IServiceCollection>? configure)
    {
        var options = new FunctionsHostOptions
        {
            Port = port,
            AppDirectory = AppContext.BaseDirectory,
            Configuration = configuration,
            Logging = logging => logging.AddFilter(level => level >= LogLevel.Error).AddProvider(HostLogs),
        };
        host = await FunctionsHost.StartAsync(options, async (start, cancellationToken) =>
        {
            var builder = InProcessWorker.CreateBuilder(start, typeof(SignUpRoutes).Assembly, configuration.AsEnumerable());
            builder.Logging.AddConfiguration(configuration.GetSection("Logging"))
                .AddFilter("Azure", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning).AddProvider(Logs);

            // Of many requests at once, the last may take long on a busy machine.
            builder.Services.AddAccountFunctions().AddSingleton<TimeProvider>(Time)
                .AddSingleton(new RequestLimit(Eventually.Patience)).AddSingleton(new StorageTimeout(Eventually.Patience));
            configure?.Invoke(builder.Services);
            return worker = await InProcessWorker.StartAsync(builder.Build(), cancellationToken);
        });
        LookForWhatIsSent();
    }

    // Otherwise the tests would wait for the host's polls, or pay for many of them.
    private void LookForWhatIsSent()
    {
        var factory = Services.GetRequiredService<IMeterFactory>();
        sends.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "accounts.storage.duration" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        sends.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == "accounts.storage.target" && value is string target)
                {
                    host?.LookForMessages(target);
                }
            }
        });
        sends.Start();
    }

    /// <summary>Posts to an operation and reads the envelope.</summary>
    public async Task<Answer> PostAsync(string operation, object body, string? token = null, string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/account/{operation}") { Content = JsonContent.Create(body) };
        return await SendAsync(request, token, from);
    }

    public async Task<Answer> GetAsync(string operation, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/account/{operation}");
        return await SendAsync(request, token);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, string? token = null, string? from = null)
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
        return new Answer(response.StatusCode, text, response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> RegisterAsync(string username, string password = Password) => PostAsync("register", new
    {
        username,
        password1 = password,
        password2 = password,
        first_name = "Ada",
        last_name = "Lovelace",
        country_code = "GB",
    });

    public Task<Answer> LoginAsync(string username, string password = Password) => PostAsync("login", new { username, password });

    /// <summary>Registers and activates, and lets the cool-down for mails pass.</summary>
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

    /// <summary>Waits until the address has received this many mails, and returns them.</summary>
    public async Task<IReadOnlyList<SentMail>> WaitForMailsAsync(string to, int count)
    {
        IReadOnlyList<SentMail> mails = [];
        await Eventually.TrueAsync(
            async () => (mails = await MailsAsync(to)).Count >= count,
            () => $"{to} got {mails.Count} mails instead of {count}. The app has logged:\n{Logs.Text}");
        return mails;
    }

    /// <summary>The code of the newest mail, after this many mails.</summary>
    public async Task<string> NextCodeAsync(string to, int mails = 1) =>
        Digits().Match((await WaitForMailsAsync(to, mails))[^1].Subject).Value;

    /// <summary>The take-back code in the notice of a change of address, which is this mail to the old one.</summary>
    public async Task<string> TakeBackCodeAsync(string to, int mails = 2) =>
        TakeBack().Match((await WaitForMailsAsync(to, mails))[mails - 1].PlainText).Value;

    public Task WaitForLogAsync(string line) => Logs.WaitForAsync(line);

    /// <summary>Every mail job is done or waiting for its row.</summary>
    public async Task DrainAsync()
    {
        var queue = Queue("email-jobs");
        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0, () => "Mail jobs are left.");
    }

    /// <summary>Waits until the queue holds this many messages, visible or not.</summary>
    public static Task WaitForLengthAsync(QueueClient queue, int count) => Eventually.TrueAsync(
        async () => await queue.ExistsAsync() && (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == count,
        () => $"{queue.Name} does not come to {count} messages.");

    public async Task<List<TableEntity>> RowsAsync(string table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in Table(table).QueryAsync<TableEntity>())
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The rows of one address.</summary>
    public async Task<List<TableEntity>> AddressRowsAsync(string address) =>
        (await RowsAsync("Addresses")).FindAll(row => row.PartitionKey == EmailAddress.KeyOf(address));

    /// <summary>The rows of the account that has this address.</summary>
    public async Task<List<TableEntity>> AccountRowsAsync(string username)
    {
        var rows = await RowsAsync("Accounts");
        var account = rows.Single(row => row.RowKey == "account" && row.GetString("Username") == username);
        return rows.FindAll(row => row.PartitionKey == account.PartitionKey);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        sends.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    [GeneratedRegex("^([0-9A-Z]{5}-){5}[0-9A-Z]$", RegexOptions.Multiline)]
    private static partial Regex TakeBack();

    [GeneratedRegex(@"\d{6,10}")]
    private static partial Regex Digits();
}

/// <summary>A mail as the emulator shows it.</summary>
public sealed record SentMail(IReadOnlyList<string> To, string From, string Subject, string PlainText, string Html);

/// <summary>An answer of the API.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public JsonElement Data => Json.GetProperty("data");

    public string? Message => Json.GetProperty("message").GetString();
}
