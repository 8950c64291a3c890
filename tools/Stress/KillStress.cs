using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Data.Tables;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>People go through the whole flow while the app is killed under them again and again; like people, they try again until they are through.</summary>
public static class KillStress
{
    private const string Password = "blue tractor 77";
    private const string NewPassword = "green tractor 78";
    private const int MaxRounds = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(int flows, int kills)
    {
        await using var stage = await Stage.StartAsync();
        var app = await stage.StartAppAsync();
        var finished = new ConcurrentBag<int>();
        var people = Task.Run(() => Parallel.ForAsync(0, flows, new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (number, _) =>
            finished.Add(await FlowAsync(stage, () => app, $"u{number}@example.com"))));
        var killed = 0;
        try
        {
            for (; killed < kills && !people.IsCompleted; killed++)
            {
                await Task.Delay(RandomNumberGenerator.GetInt32(300, 1900));
                app.Dispose();
                app = await stage.StartAppAsync();
                Console.Error.WriteLine($"{killed + 1} kills, {finished.Count} of {flows} flows");
            }

            await people;
        }
        finally
        {
            app.Dispose();
        }

        var tables = new TableServiceClient(stage.Storage);
        var claims = await tables.GetTableClient("Addresses").QueryAsync<TableEntity>("RowKey eq 'account'").Select(row => row.GetString("AccountId")).ToListAsync();
        var mails = Enumerable.Range(0, flows).Sum(number => stage.Sink.CountFor($"u{number}@example.com"));
        Console.WriteLine(
            $"{killed} kills during {flows} flows: {finished.Count} finished, {claims.Distinct().Count()} accounts, {mails:N0} mails for {finished.Sum():N0} requests for one, "
            + $"{stage.Sink.Doubles} of them doubles");
        return finished.Count == flows && claims.Count == flows && stage.Sink.Doubles <= killed;
    }

    /// <returns>How many mails the flow asked for.</returns>
    private static async Task<int> FlowAsync(Stage stage, Func<AppInstance> app, string username)
    {
        var asked = 0;
        for (var rounds = 1; ; rounds++)
        {
            asked += (await AskAsync("register", new { username, password1 = Password, password2 = Password })).Attempts;
            if (await RedeemAsync("activate", code => new { username, code }))
            {
                break;
            }

            if (rounds == MaxRounds)
            {
                throw new InvalidOperationException($"{username}: no registration leads to an account.");
            }
        }

        var login = await AskAsync("login", new { username, password = Password });
        Check(login, 200);
        var refresh = login.Reply.Data.GetProperty("refresh").GetString();
        Check(await AskAsync("refresh", new { refresh }), 200);
        do
        {
            asked += (await AskAsync("code", new { username })).Attempts;
        }
        while (!await RedeemAsync("forgot", code => new { username, code, new_password = NewPassword }));

        Check(await AskAsync("login", new { username, password = NewPassword }), 200);
        return asked + 1;

        // Tries every code that comes within a person's patience. The right one may have worked although nobody heard of it.
        async Task<bool> RedeemAsync(string operation, Func<string, object> body)
        {
            var tried = new HashSet<string>();
            for (var waited = TimeSpan.Zero; waited < Patience; waited += TimeSpan.FromMilliseconds(100))
            {
                if (stage.Sink.NewestCode(username) is { } code && tried.Add(code))
                {
                    var (reply, attempts) = await AskAsync(operation, body(code));
                    var password = operation is "activate" ? Password : NewPassword;
                    if (reply.Status is 200 || (attempts > 1 && (await AskAsync("login", new { username, password })).Reply.Status is 200))
                    {
                        return true;
                    }
                }

                await Task.Delay(100);
            }

            return false;
        }

        async Task<(Reply Reply, int Attempts)> AskAsync(string operation, object body)
        {
            for (var attempts = 1; ; attempts++)
            {
                // 429: too many tries to sign in before it was known whether a code had worked.
                var reply = await TryAsync(operation, body);
                if (reply.Status is not 0 and not 429 and not 503)
                {
                    return (reply, attempts);
                }

                await Task.Delay(reply.Status is 429 ? 1000 : 100);
            }
        }

        async Task<Reply> TryAsync(string operation, object body)
        {
            try
            {
                return await app().PostAsync(operation, body);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or IOException)
            {
                return new Reply(0, default);
            }
        }

        void Check((Reply Reply, int Attempts) answer, int status)
        {
            if (answer.Reply.Status != status)
            {
                throw new InvalidOperationException($"{username}: {answer.Reply.Status} {answer.Reply.Envelope}");
            }
        }
    }
}
