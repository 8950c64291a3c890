using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Benchmarks.Stress;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using LocalRuntime;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>The app beside its floors and its peer, in one run on one machine: <c>load [--seconds N] [--accounts N]</c>. Writes docs/performance/load.md and .svg.</summary>
public sealed class LoadCommand(TimeSpan duration, int accounts)
{
    private const string Password = "blue tractor 77";
    private const int People = 64;
    private static readonly int[] Concurrencies = [1, 8, 32];
    private readonly List<(string Operation, string Who, int Concurrency, Measurement Result)> results = [];
    private readonly StringBuilder report = new();

    public async Task<int> RunAsync(string folder)
    {
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
        await using var sink = await MailSink.StartAsync();
        using var app = await ServerProcess.StartAsync("app", Settings(azurite.ConnectionString(), sink));
        using var identity = await ServerProcess.StartAsync("identity", new Dictionary<string, string>());
        using var minimal = await ServerProcess.StartAsync("minimal", new Dictionary<string, string>());
        var floors = new Floors(azurite.ConnectionString());
        await floors.PrepareAsync(People);
        var own = await Task.WhenAll(Enumerable.Range(0, People).Select(number => SignUpAsync(app, sink, $"u{number}@example.com")));
        var peers = await Task.WhenAll(Enumerable.Range(0, People).Select(number => SignUpIdentityAsync(identity, $"u{number}@example.com")));

        foreach (var concurrency in Concurrencies)
        {
            await MeasureAsync("hello", "minimal", concurrency, _ => GetAsync(minimal, "/hello"), minimal);
            await MeasureAsync("hash", "raw", concurrency, floors.HashAsync);
            await MeasureAsync("login", "raw", concurrency, floors.LoginAsync);
            await MeasureAsync("login", "app", concurrency, number => PostAsync(app, "/api/account/login", new { username = $"u{number % People}@example.com", password = Password }), app);
            await MeasureAsync("login", "Identity", concurrency, number => PostAsync(identity, "/login", new { email = $"u{number % People}@example.com", password = Password + "A!" }), identity);
            await MeasureAsync("details", "raw", concurrency, floors.DetailsAsync);
            await MeasureAsync("details", "app", concurrency, number => GetAsync(app, "/api/account/details", own[number % People].Access), app);
            await MeasureAsync("details", "Identity", concurrency, number => GetAsync(identity, "/manage/info", peers[number % People].Access), identity);
            await MeasureAsync("refresh", "raw", concurrency, floors.RefreshAsync);
            await MeasureAsync("refresh", "app", concurrency, number => RefreshAsync(app, own, number), app);
            await MeasureAsync("refresh", "Identity", concurrency, number => PostAsync(identity, "/refresh", new { refreshToken = peers[number % People].Refresh }), identity);
            await floors.ForgetQueueAsync();
            await MeasureAsync("code", "raw", concurrency, floors.CodeAsync);
            await MeasureAsync("code", "app", concurrency, number => PostAsync(app, "/api/account/code", new { username = $"c{concurrency}-{number}@example.com" }), app);
            await floors.ForgetQueueAsync();
            await MeasureAsync("register", "raw", concurrency, floors.RegisterAsync);
            await MeasureAsync("register", "app", concurrency, number => PostAsync(app, "/api/account/register", new { username = $"r{concurrency}-{number}@example.com", password1 = Password, password2 = Password }), app);
            await MeasureAsync("register", "Identity", concurrency, number => PostAsync(identity, "/register", new { email = $"r{concurrency}-{number}@example.com", password = Password + "A!" }), identity);
            await floors.ForgetQueueAsync();
        }

        await MeasureActivationAsync(app, sink, floors);
        Table();
        Ratios();
        await QueueAsync(app, sink);
        await BurstAsync(app, identity);
        if (accounts > 0)
        {
            await ScaleAsync(azurite, app, own);
        }

        Console.WriteLine(report);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "load.md"), report.ToString());
        await File.WriteAllTextAsync(Path.Combine(folder, "load.svg"), Chart());
        return 0;
    }

    private static Dictionary<string, string> Settings(string storage, MailSink sink) => new()
    {
        ["AzureWebJobsStorage"] = storage,
        ["CommunicationServices"] = sink.ConnectionString,
        ["Email__PerMinute"] = "10000000",
        ["Email__PerHour"] = "100000000",
        ["Throttle__RequestsPerMinute"] = "1000000",
        ["Throttle__ResendCooldown"] = "00:00:00",
        ["Throttle__MailsPerHour"] = "1000",
        ["Throttle__MailsPerDay"] = "50",
        ["Passwords__MaxWaitingHashes"] = "1000",
    };

    private static async Task<Tokens> SignUpAsync(ServerProcess app, MailSink sink, string username)
    {
        await PostAsync(app, "/api/account/register", new { username, password1 = Password, password2 = Password });
        await PostAsync(app, "/api/account/activate", new { username, code = await sink.CodeAsync(username) });
        var data = (await PostAsync(app, "/api/account/login", new { username, password = Password })).GetProperty("data");
        return new Tokens(Text(data, "access"), Text(data, "refresh"));
    }

    private static async Task<Tokens> SignUpIdentityAsync(ServerProcess identity, string email)
    {
        await PostAsync(identity, "/register", new { email, password = Password + "A!" });
        var data = await PostAsync(identity, "/login", new { email, password = Password + "A!" });
        return new Tokens(Text(data, "accessToken"), Text(data, "refreshToken"));
    }

    // Every caller has people of its own, so that nobody's token is used twice.
    private static async Task RefreshAsync(ServerProcess app, Tokens[] own, int number)
    {
        var person = number % People;
        await own[person].Turn.WaitAsync();
        try
        {
            var data = (await PostAsync(app, "/api/account/refresh", new { refresh = own[person].Refresh })).GetProperty("data");
            (own[person].Access, own[person].Refresh) = (Text(data, "access"), Text(data, "refresh"));
        }
        finally
        {
            own[person].Turn.Release();
        }
    }

    private static async Task<JsonElement> PostAsync(ServerProcess server, string path, object body)
    {
        using var response = await server.Client.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync();
        return text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task GetAsync(ServerProcess server, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    private static string Text(JsonElement data, string name) => data.GetProperty(name).GetString() ?? "";

    private async Task MeasureAsync(string operation, string who, int concurrency, Func<int, Task> request, ServerProcess? server = null)
    {
        var offset = results.Count * 1_000_000;
        await Meter.RunAsync(concurrency, duration / 4, number => request(offset + 500_000 + number));
        var result = await Meter.RunAsync(concurrency, duration, number => request(offset + number), server);
        results.Add((operation, who, concurrency, result));
        Console.Error.WriteLine($"{operation} {who} c={concurrency}: {result.PerSecond:N0}/s p50 {result.P50:N2} ms");
    }

    private async Task MeasureActivationAsync(ServerProcess app, MailSink sink, Floors floors)
    {
        const int registrations = 120;
        var codes = new string[registrations];
        await Parallel.ForAsync(0, registrations, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) =>
        {
            var username = $"a{number}@example.com";
            await PostAsync(app, "/api/account/register", new { username, password1 = Password, password2 = Password });
            codes[number] = await sink.CodeAsync(username);
        });
        var times = new List<double>();
        var raw = new List<double>();
        for (var number = 0; number < registrations; number++)
        {
            var start = Stopwatch.GetTimestamp();
            await floors.ActivateAsync(number);
            raw.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            await PostAsync(app, "/api/account/activate", new { username = $"a{number}@example.com", code = codes[number] });
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        results.Add(("activate", "raw", 1, OneByOne(raw)));
        results.Add(("activate", "app", 1, OneByOne(times)));

        static Measurement OneByOne(List<double> times) => new(1000 / times.Average(), times.Order().ElementAt(times.Count / 2), times.Order().ElementAt(times.Count * 99 / 100));
    }

    private void Table()
    {
        report.AppendLine("| operation | who | at once | req/s | p50 ms | p99 ms | server CPU ms | allocated KiB |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (operation, who, concurrency, result) in results.OrderBy(row => row.Operation, StringComparer.Ordinal).ThenBy(row => row.Concurrency))
        {
            var server = result.CpuMilliseconds == 0 ? "| – | – |" : $"| {result.CpuMilliseconds:N2} | {result.AllocatedKiB:N0} |";
            Line($"| {operation} | {who} | {concurrency} | {result.PerSecond:N0} | {result.P50:N2} | {result.P99:N2} {server}");
        }

        report.AppendLine();
    }

    private void Ratios()
    {
        report.AppendLine("| figure | measured | goal |").AppendLine("|---|---|---|");
        Line($"| login: app CPU beyond the raw hash | {Of("login", "app", 1).CpuMilliseconds - Of("hash", "raw", 1).P50:N2} ms | ≤ 2.5 ms |");
        Line($"| login at 8: share of the raw hash throughput | {Of("login", "app", 8).PerSecond / Of("hash", "raw", 8).PerSecond:P0} | ≥ 85 % with Azurite's CPU taken out |");
        Line($"| login at 8: times Identity's | {Of("login", "app", 8).PerSecond / Of("login", "Identity", 8).PerSecond:N1} | ≥ 3 |");
        Line($"| details: app CPU | {Of("details", "app", 8).CpuMilliseconds:N2} ms | ≤ 0.8 ms |");
        Line($"| details: allocation | {Of("details", "app", 8).AllocatedKiB:N0} KiB | ≤ 40 KiB |");
        foreach (var operation in new[] { "details", "refresh", "code", "register", "login", "activate" })
        {
            Line($"| {operation}: p50 at 1, times the raw calls | {Of(operation, "app", 1).P50 / Of(operation, "raw", 1).P50:N2} | ≤ 1.35 |");
        }
    }

    private async Task QueueAsync(ServerProcess app, MailSink sink)
    {
        var waits = new List<double>();
        for (var number = 0; number < 30; number++)
        {
            await Task.Delay(1500);
            var username = $"q{number}@example.com";
            var start = sink.Now;
            await PostAsync(app, "/api/account/code", new { username = $"u{number}@example.com" });
            await PostAsync(app, "/api/account/register", new { username, password1 = Password, password2 = Password });
            var asked = sink.Now;
            await sink.CodeAsync(username);
            waits.Add((sink.TimeOf(username) - asked).TotalMilliseconds);
        }

        Line($"| queue: job → mail taken over, idle | {waits.Order().ElementAt(waits.Count / 2):N0} ms | ≤ 300 ms |");
    }

    private async Task BurstAsync(ServerProcess app, ServerProcess identity)
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => PostAsync(app, "/api/account/login", new { username = $"u{number % People}@example.com", password = Password })));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => PostAsync(identity, "/login", new { email = $"u{number % People}@example.com", password = Password + "A!" })));
        Line($"| peak RSS after 200 parallel logins (and all of the above) | {(await app.MeasureAsync()).PeakBytes >> 20} MB (Identity {(await identity.MeasureAsync()).PeakBytes >> 20} MB) | ≤ 200 MB |");
    }

    private async Task ScaleAsync(Azurite azurite, ServerProcess app, Tokens[] own)
    {
        async Task<(double Login, double Details)> MeasureAsync()
        {
            var login = await Meter.RunAsync(1, duration, number => PostAsync(app, "/api/account/login", new { username = $"u{number % 10}@example.com", password = Password }));
            var details = await Meter.RunAsync(1, duration, number => GetAsync(app, "/api/account/details", own[number % 10].Access));
            return (login.P50, details.P50);
        }

        var few = await MeasureAsync();
        var tables = new TableServiceClient(azurite.ConnectionString());
        var (addresses, store) = (new AddressStore(tables), new AccountStore(tables));
        await Parallel.ForAsync(0, accounts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var (address, id) = ($"many{number}@example.com", Guid.CreateVersion7().ToString("N"));
            var claim = new PartitionBatch(EmailAddress.KeyOf(address));
            claim.Insert(new ClaimEntity(EmailAddress.KeyOf(address), id));
            await addresses.TryCommitAsync(claim, cancellation);
            var account = new PartitionBatch(id);
            account.Insert(new AccountEntity(id) { Username = address, Mailbox = address, Role = AccountEntity.ClientRole, PasswordHash = "x", FirstName = "", LastName = "", Version = 1 });
            await store.TryCommitAsync(account, cancellation);
        });
        var many = await MeasureAsync();
        Line($"| p50 with {accounts:N0} accounts more: login, details | {many.Login / few.Login:P0}, {many.Details / few.Details:P0} | within 10 % |");
    }

    private Measurement Of(string operation, string who, int concurrency) => results.First(row => (row.Operation, row.Who, row.Concurrency) == (operation, who, concurrency)).Result;

    private void Line(FormattableString line) => report.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Requests per second at 8, a bar each.</summary>
    private string Chart()
    {
        var rows = results.Where(row => row.Concurrency == 8 && row.Operation is "login" or "details" && row.Who != "minimal" && row.Concurrency == 8).ToList();
        var svg = new StringBuilder($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"{(rows.Count * 28) + 20}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        foreach (var (index, (operation, who, _, result)) in rows.Index())
        {
            var most = rows.Where(row => row.Operation == operation).Max(row => row.Result.PerSecond);
            var (y, width) = (10 + (index * 28), 380 * result.PerSecond / most);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + 15}\">{operation}, {who}</text><rect x=\"130\" y=\"{y}\" width=\"{width:F0}\" height=\"20\" fill=\"{(who == "app" ? "#0b57d0" : "#9aa0a6")}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{138 + width:F0}\" y=\"{y + 15}\">{result.PerSecond:N0} req/s</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private sealed class Tokens(string access, string refresh)
    {
        public string Access { get; set; } = access;

        public string Refresh { get; set; } = refresh;

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
