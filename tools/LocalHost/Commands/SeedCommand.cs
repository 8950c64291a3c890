using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalHost.Hosting;

namespace LocalHost.Commands;

/// <summary>Signs up users at the app on this machine, as sample data for developers.</summary>
internal sealed partial class SeedCommand(HttpClient client)
{
    private const string Password = "blue tractor 77";
    private const int MaxUsers = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var port = Options.Port(HostSettings.DefaultPort);
        var count = new Argument<int>("COUNT") { Description = $"How many, {MaxUsers} at most." };
        count.Validators.Add(result =>
        {
            if (!int.TryParse(result.Tokens.SingleOrDefault()?.Value, out var number) || number is < 1 or > MaxUsers)
            {
                result.AddError($"COUNT must be a number from 1 to {MaxUsers}.");
            }
        });
        var command = new Command("seed", "Creates users user1@example.com, user2@example.com … at the local app.") { count, port };
        command.SetAction((arguments, cancellationToken) => ConsoleError.GuardAsync(async () =>
        {
            var url = new Uri($"http://localhost:{arguments.GetValue(port)}");
            using var client = new HttpClient { BaseAddress = url };
            return await new SeedCommand(client).RunAsync(arguments.GetValue(count), cancellationToken);
        }));
        return command;
    }

    private async Task<int> RunAsync(int count, CancellationToken cancellationToken)
    {
        try
        {
            for (var number = 1; number <= count; number++)
            {
                await SignUpAsync($"user{number}@example.com", cancellationToken);
            }

            return 0;
        }
        catch (HttpRequestException e)
        {
            throw new StartException(
                $"No app answers at {client.BaseAddress}: start it in another terminal, or name its port with --port.", e);
        }
    }

    private async Task SignUpAsync(string username, CancellationToken cancellationToken)
    {
        if (await PostAsync("login", new() { ["username"] = username, ["password"] = Password }, cancellationToken))
        {
            Console.WriteLine($"{username}  {Password}");
            return;
        }

        var mails = (await MailsAsync(username, cancellationToken)).Length;
        await PostAsync(
            "register",
            new() { ["username"] = username, ["password1"] = Password, ["password2"] = Password, ["first_name"] = "User" },
            cancellationToken);
        string? subject;
        while ((subject = (await MailsAsync(username, cancellationToken)).ElementAtOrDefault(mails)) is null)
        {
            await Task.Delay(Pause, cancellationToken);
        }

        var isNew = Code().Match(subject) is { Success: true } code
            && await PostAsync("activate", new() { ["username"] = username, ["code"] = code.Value }, cancellationToken);
        Console.WriteLine(isNew ? $"{username}  {Password}" : $"{username}  already exists");
    }

    // Waits if the app asks to: after many requests from one network, or before another mail to one address.
    private async Task<bool> PostAsync(string operation, Dictionary<string, string> body, CancellationToken cancellationToken)
    {
        while (true)
        {
            // With a length, because the host drops a body without one.
            using var content = new StringContent(JsonSerializer.Serialize(body), null, "application/json");
            using var answer = await client.PostAsync($"/api/account/{operation}", content, cancellationToken);
            if (answer.Headers.RetryAfter?.Delta is not { } wait)
            {
                return answer.IsSuccessStatusCode;
            }

            Console.WriteLine($"  {wait.TotalSeconds} s until the next request …");
            await Task.Delay(wait, cancellationToken);
        }
    }

    private async Task<string[]> MailsAsync(string username, CancellationToken cancellationToken)
    {
        var mails = await client.GetFromJsonAsync<JsonElement[]>($"/emailMessages?to={username}", cancellationToken) ?? [];
        return [.. mails.Select(mail => mail.GetProperty("subject").GetString() ?? "")];
    }

    [GeneratedRegex(@"\d{6,10}")]
    private static partial Regex Code();
}
