using System.Net;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests;

/// <summary>What docs/operations.md promises about a new <c>Codes__Key</c>. AccessTokensTests covers the signing key.</summary>
public sealed class KeyRotationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_new_code_key_ends_open_codes_and_no_session()
    {
        const string address = "ada@example.com";
        var storage = azurite.NewStorage();
        string? first, second, code;
        await using (var before = await TestApp.StartAsync(storage))
        {
            first = (await before.SignInAsync(address)).GetProperty("refresh").GetString();
            second = (await before.PostAsync("refresh", new { refresh = first })).Data.GetProperty("refresh").GetString();
            await before.PostAsync("code", new { username = address });
            code = await before.NextCodeAsync(address, 2);
        }

        await using var after = await TestApp.StartAsync(storage, new() { ["Codes:Key"] = Convert.ToBase64String(new byte[32]) });
        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_code"),
            Short(await after.PostAsync("forgot", new { username = address, code, new_password = "green tractor 78" })));
        Assert.Equal((HttpStatusCode.Unauthorized, "token_not_valid"), Short(await after.PostAsync("refresh", new { refresh = first })));
        var third = await after.PostAsync("refresh", new { refresh = second });
        Assert.Equal(HttpStatusCode.OK, third.Status);
        Assert.Equal(
            HttpStatusCode.OK, (await after.PostAsync("refresh", new { refresh = third.Data.GetProperty("refresh").GetString() })).Status);
    }

    [Fact, Holds("I4")]
    public async Task A_job_that_waits_while_the_code_key_changes_is_done_with_the_key_before_and_never_lost()
    {
        const string address = "ada@example.com";
        var newKey = Convert.ToBase64String(new byte[32]);
        var storage = azurite.NewStorage();
        string oldKey;
        await using (var before = await TestApp.StartAsync(storage, new() { ["AzureWebJobs.SendEmail.Disabled"] = "true" }))
        {
            oldKey = before.Services.GetRequiredService<IOptions<CodeOptions>>().Value.Key;
            await before.RegisterAsync(address);
        }

        var settings = new Dictionary<string, string?>
        {
            ["Codes:Key"] = newKey,
            ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00",
            ["AzureFunctionsJobHost:extensions:queues:maxDequeueCount"] = "2",
        };
        await using (var without = await TestApp.StartAsync(storage, settings))
        {
            await TestApp.WaitForLengthAsync(without.Queue(QueueNames.EmailJobsPoison), 1);
        }

        settings["Codes:PreviousKey"] = oldKey;
        await using var after = await TestApp.StartAsync(storage, settings);
        var job = (await after.Queue(QueueNames.EmailJobsPoison).ReceiveMessageAsync()).Value;
        await after.Queue(QueueNames.EmailJobs).SendMessageAsync(job.Body);
        await after.RegisterAsync("bob@example.com");
        Assert.Single(await after.WaitForMailsAsync(address, 1));
        Assert.Single(await after.WaitForMailsAsync("bob@example.com", 1));
    }

    private static (HttpStatusCode Status, string? Message) Short(Answer answer) => (answer.Status, answer.Message);
}
