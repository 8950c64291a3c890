using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Benchmarks.Stress;
using AccountFunctions.Email;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalRuntime;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// The app beside its floors and its peer, in one run on one machine, in turns, of which the medians count: <c>load [--seconds N] [--accounts N]</c>.
/// As on Flex Consumption, the queue functions run on an instance of their own, here only while mails are wanted.
/// </summary>
/// <param name="duration">Of one measurement.</param>
/// <param name="accounts">How many accounts to add before measuring again; 0 for not.</param>
public sealed class LoadCommand(TimeSpan duration, int accounts)
{
    private const string Password = "blue tractor 77";
    private const int People = 64;
    private const int Rounds = 3;

    // Azurite looks at every row of a table for each query, so the tables have to stay small.
    private const int MostNewAddresses = 200;
    private const int MostActivations = 60;
    private const int Activations = (Rounds + 1) * MostActivations;
    private static readonly int[] Concurrencies = [1, 8, 32];
    private readonly LoadReport report = new();
    private int numbers;

    public async Task<int> RunAsync(string folder)
    {
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
        await using var sink = await MailSink.StartAsync();
        var settings = Settings(azurite.ConnectionString(), sink);
        using var app = await ServerProcess.StartAsync("app", new Dictionary<string, string>(settings)
        {
            [$"AzureWebJobs.{nameof(Functions.EmailJobs.SendEmail)}.Disabled"] = "true",
            [$"AzureWebJobs.{nameof(Functions.HousekeepingJobs.KeepHouse)}.Disabled"] = "true",
        });
        using var identity = await ServerProcess.StartAsync("identity", new Dictionary<string, string>());
        using var minimal = await ServerProcess.StartAsync("minimal", settings);
        var floors = new Floors(azurite.ConnectionString(), People);
        await floors.PrepareAsync(Activations);
        var meter = new Meter(azurite.ProcessId);
        var queues = new QueueServiceClient(azurite.ConnectionString());
        var (own, codes) = await SignUpAsync(app, sink, settings);
        var peers = await Task.WhenAll(Enumerable.Range(0, People).Select(number => SignUpIdentityAsync(identity, $"u{number}@example.com")));

        await MeasureAsync("hello", ("minimal", _ => GetAsync(minimal, "/hello"), minimal));
        await MeasureAsync(
            "login",
            ("hash alone", floors.HashAsync, null),
            ("raw", floors.LoginAsync, null),
            ("app", number => PostAsync(app, "/api/account/login", new { username = $"u{number % People}@example.com", password = Password }), app),
            ("Identity", number => PostAsync(identity, "/login", new { email = $"u{number % People}@example.com", password = Password + "A!" }), identity));
        await MeasureAsync(
            "details",
            ("raw", floors.DetailsAsync, null),
            ("minimal", number => GetAsync(minimal, $"/row/{floors.AccountId(number)}"), minimal),
            ("app", number => GetAsync(app, "/api/account/details", own[number % People].Access), app),
            ("Identity", number => GetAsync(identity, "/manage/info", peers[number % People].Access), identity));
        await MeasureAsync(
            "refresh",
            ("raw", floors.RefreshAsync, null),
            ("app", number => RefreshAsync(app, own[number % People]), app),
            ("Identity", number => PostAsync(identity, "/refresh", new { refreshToken = peers[number % People].Refresh }), identity));
        await MeasureAsync(
            "code",
            ("raw", floors.CodeAsync, null),
            ("app", number => PostAsync(app, "/api/account/code", new { username = $"c{number}@example.com" }), app));
        await MeasureAsync(
            "register",
            ("raw", floors.RegisterAsync, null),
            ("app", number => PostAsync(app, "/api/account/register", new { username = $"r{number}@example.com", password1 = Password, password2 = Password }), app),
            ("Identity", number => PostAsync(identity, "/register", new { email = $"r{number}@example.com", password = Password + "A!" }), identity));
        var activated = 0;
        await MeasureAsync(
            "activate",
            ("raw", _ => floors.ActivateAsync(activated++), null),
            ("app", _ => ActivateAsync(app, codes.Dequeue()), app));
        report.Peak = ((await BurstAsync(app)).PeakBytes, (await BurstAsync(identity)).PeakBytes);
        report.QueueLag = await MeasureQueueAsync(app, sink, settings);
        report.Scale = accounts > 0 ? await MeasureScaleAsync(azurite, app, own, meter) : null;
        report.Write(folder);
        return 0;

        async Task MeasureAsync(string operation, params (string Who, Func<int, Task> Request, ServerProcess? Server)[] contenders)
        {
            foreach (var concurrency in operation is "activate" ? [1] : Concurrencies)
            {
                var results = contenders.Select(_ => new List<Measurement>()).ToArray();
                for (var round = 0; round <= Rounds; round++)
                {
                    foreach (var (index, (_, request, server)) in contenders.Index())
                    {
                        var offset = numbers += 1_000_000;
                        var most = operation switch
                        {
                            "code" or "register" => MostNewAddresses,
                            "activate" => MostActivations,
                            _ => int.MaxValue,
                        };
                        var result = await meter.RunAsync(concurrency, round == 0 ? duration / 4 : duration, number => request(offset + number), server, most);
                        if (round > 0)
                        {
                            results[index].Add(result);
                        }
                    }

                    await queues.GetQueueClient(EmailOutbox.QueueName).ClearMessagesAsync();
                    await floors.ForgetQueueAsync();
                }

                foreach (var (index, (who, _, _)) in contenders.Index())
                {
                    report.Add(operation, who, concurrency, results[index]);
                }
            }
        }

        // However many are refused where the machine is too slow: it is the memory that counts.
        async Task<Usage> BurstAsync(ServerProcess server)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(number => server == app
                ? TryPostAsync(app, "/api/account/login", new { username = $"u{number % People}@example.com", password = Password })
                : TryPostAsync(server, "/login", new { email = $"u{number % People}@example.com", password = Password + "A!" })));
            return await server.MeasureAsync();
        }
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

    /// <summary>The people who sign in, and registrations that nobody has activated yet, with their codes.</summary>
    private static async Task<(Tokens[] People, Queue<Activation> Codes)> SignUpAsync(ServerProcess app, MailSink sink, Dictionary<string, string> settings)
    {
        using var worker = await ServerProcess.StartAsync("app", settings);
        var activations = new Activation[People + Activations];
        await ForEachAsync(activations.Length, async number =>
        {
            var username = $"u{number}@example.com";
            await PostAsync(app, "/api/account/register", new { username, password1 = Password, password2 = Password });
            activations[number] = new Activation(username, await sink.CodeAsync(username));
        });
        var people = new Tokens[People];
        await ForEachAsync(People, async number =>
        {
            await ActivateAsync(app, activations[number]);
            var data = (await PostAsync(app, "/api/account/login", new { username = activations[number].Username, password = Password })).GetProperty("data");
            people[number] = new Tokens(Text(data, "access"), Text(data, "refresh"));
        });
        return (people, new Queue<Activation>(activations[People..]));

        static Task ForEachAsync(int count, Func<int, Task> act) =>
            Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) => await act(number));
    }

    private static Task<JsonElement> ActivateAsync(ServerProcess app, Activation activation) => PostAsync(app, "/api/account/activate", activation);

    private static async Task<Tokens> SignUpIdentityAsync(ServerProcess identity, string email)
    {
        await PostAsync(identity, "/register", new { email, password = Password + "A!" });
        var data = await PostAsync(identity, "/login", new { email, password = Password + "A!" });
        return new Tokens(Text(data, "accessToken"), Text(data, "refreshToken"));
    }

    // One at a time for each person, as a client does it.
    private static async Task RefreshAsync(ServerProcess app, Tokens tokens)
    {
        await tokens.Turn.WaitAsync();
        try
        {
            var data = (await PostAsync(app, "/api/account/refresh", new { refresh = tokens.Refresh })).GetProperty("data");
            (tokens.Access, tokens.Refresh) = (Text(data, "access"), Text(data, "refresh"));
        }
        finally
        {
            tokens.Turn.Release();
        }
    }

    private static async Task<JsonElement> PostAsync(ServerProcess server, string path, object body)
    {
        using var response = await SendAsync(server, path, body);
        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync();
        return text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task TryPostAsync(ServerProcess server, string path, object body)
    {
        using var response = await SendAsync(server, path, body);
    }

    // With its length, in one piece, as most clients send it.
    private static Task<HttpResponseMessage> SendAsync(ServerProcess server, string path, object body) =>
        server.Client.PostAsync(path, new StringContent(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), MediaTypeHeaderValue.Parse("application/json")));

    private static async Task GetAsync(ServerProcess server, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    private static string Text(JsonElement data, string name) => data.GetProperty(name).GetString() ?? "";

    /// <returns>Milliseconds from the answer of an idle system to the mail's arrival at the service, the median.</returns>
    private static async Task<double> MeasureQueueAsync(ServerProcess app, MailSink sink, Dictionary<string, string> settings)
    {
        using var worker = await ServerProcess.StartAsync("app", settings);
        var waits = new List<double>();
        for (var number = 0; number < 31; number++)
        {
            // Not in step with the queues' polling.
            await Task.Delay(RandomNumberGenerator.GetInt32(1500, 2500));
            var username = $"q{number}@example.com";
            await PostAsync(app, "/api/account/register", new { username, password1 = Password, password2 = Password });
            var asked = sink.Now;
            await sink.CodeAsync(username);
            waits.Add((sink.TimeOf(username) - asked).TotalMilliseconds);
        }

        return waits.Order().ElementAt(waits.Count / 2);
    }

    private async Task<ScaleResult> MeasureScaleAsync(Azurite azurite, ServerProcess app, Tokens[] own, Meter meter)
    {
        var tables = new TableServiceClient(azurite.ConnectionString());
        var (addresses, store) = (new AddressStore(tables), new AccountStore(tables));
        async Task<(double Login, double Details, double Query)> MeasureAsync()
        {
            var login = await meter.RunAsync(1, duration * 2, number => PostAsync(app, "/api/account/login", new { username = $"u{number % 10}@example.com", password = Password }));
            var details = await meter.RunAsync(1, duration * 2, number => GetAsync(app, "/api/account/details", own[number % 10].Access));
            var query = await meter.RunAsync(1, duration * 2, number => addresses.LoadAsync(EmailAddress.KeyOf($"u{number % 10}@example.com"), CancellationToken.None));
            return (login.P50, details.P50, query.P50);
        }

        var few = await MeasureAsync();
        await Parallel.ForAsync(0, accounts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var (address, id) = ($"many{number}@example.com", Guid.CreateVersion7().ToString("N"));
            var claim = new PartitionBatch(EmailAddress.KeyOf(address));
            claim.Insert(new ClaimEntity(EmailAddress.KeyOf(address), id));
            await addresses.TryCommitAsync(claim, cancellation);
            var account = new PartitionBatch(id);
            account.Insert(new AccountEntity(id) { Username = address, Mailbox = address, Role = AccountEntity.ClientRole, PasswordHash = "x", FirstName = "", LastName = "", Version = 1 });
            await store.TryCommitAsync(account, cancellation);
            if (number % 10_000 == 0)
            {
                Console.Error.WriteLine($"account {number:N0} of {accounts:N0}");
            }
        });
        var many = await MeasureAsync();
        return new ScaleResult(accounts, few.Login, many.Login, few.Details, many.Details, few.Query, many.Query);
    }

    private sealed record Activation(string Username, string Code);

    private sealed class Tokens(string access, string refresh)
    {
        public string Access { get; set; } = access;

        public string Refresh { get; set; } = refresh;

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
