using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace Delivery.Tests.Operations;

public sealed class PoisonCommandTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, new()
    {
        ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00",
        ["AzureFunctionsJobHost:extensions:queues:maxDequeueCount"] = "3",
    });

    [Fact]
    public async Task A_mail_held_up_by_an_outage_is_listed_and_sent_again()
    {
        await GiveUpAsync();

        Assert.Matches(
            $"^(?<id>\\S+)  abandoned [^ ]+ [^ ]+  registration of [0-9a-f]{{32}}, requested 2026-11-23 12:00:00Z\n1 in all\n$",
            (await RunAsync("list")).Output);
        Assert.Equal(0, (await RunAsync("redrive", "--all")).ExitCode);
        Assert.Single(await App.WaitForMailsAsync(Address, 1));
        Assert.Equal("0 in all\n", (await RunAsync("list")).Output);
    }

    [Fact, Holds("I4")]
    public async Task Without_the_key_a_job_says_nothing_and_is_sent_again_all_the_same()
    {
        await GiveUpAsync();
        var service = App.Services.GetRequiredService<QueueServiceClient>();

        Assert.Contains(
            "sealed with another key than Codes__Key\n1 in all\n",
            (await RunAsync(service, new JobSeal(), ["list"])).Output,
            StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(service, new JobSeal(), ["redrive", "--all"])).ExitCode);
        Assert.Single(await App.WaitForMailsAsync(Address, 1));
    }

    [Fact, Holds("G6", "G7")]
    public async Task A_redriven_job_with_an_expired_code_is_dropped()
    {
        await GiveUpAsync();
        App.Time.Advance(TimeSpan.FromDays(1));
        await RunAsync("redrive", "--all");
        await App.WaitForLogAsync("its code is no longer good");

        Assert.Empty(await App.MailsAsync(Address));
    }

    [Fact]
    public async Task One_message_can_be_picked_and_the_others_stay()
    {
        var poison = App.Queue(QueueNames.EmailJobsPoison);
        var ids = new List<string>();
        foreach (var number in Enumerable.Range(0, 40))
        {
            ids.Add((await poison.SendMessageAsync($"no job {number}", Stop)).Value.MessageId);
        }

        var (exitCode, output) = await RunAsync("drop", ids[35]);
        Assert.Equal((0, $"{ids[35]}  dropped\n1 dropped\n"), (exitCode, output));
        output = (await RunAsync("list")).Output;
        Assert.EndsWith("39 in all, the first 32 shown\n", output, StringComparison.Ordinal);
        Assert.Contains("no job", output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("drop", ids[35])).ExitCode);
        Assert.Equal(0, (await RunAsync("drop", "--all")).ExitCode);
        Assert.Equal("0 in all\n", (await RunAsync("list")).Output);
    }

    [Fact]
    public async Task Housekeeping_jobs_are_handled_like_mail_jobs()
    {
        await App.Queue(QueueNames.HousekeepingJobsPoison).SendMessageAsync(
            $$"""{"kind":"address_sweep","address_key":"{{new string('a', 64)}}","due":"2026-11-23T12:00:00Z"}""", Stop);

        Assert.Contains(
            "AddressSweep, due 2026-11-23 12:00:00Z",
            (await RunAsync("list", "--queue", "housekeeping-jobs")).Output,
            StringComparison.Ordinal);
        Assert.Equal("0 in all\n", (await RunAsync("list")).Output);
        Assert.Equal(0, (await RunAsync("redrive", "--all", "--queue", "housekeeping-jobs")).ExitCode);
        Assert.Equal("0 in all\n", (await RunAsync("list", "--queue", "housekeeping-jobs")).Output);
        Assert.Equal(2, (await RunAsync("list", "--queue", "other")).ExitCode);
    }

    [Fact]
    public async Task A_message_that_fails_again_is_not_redriven_in_a_loop()
    {
        await App.Queue(QueueNames.EmailJobsPoison).SendMessageAsync("no job", Stop);

        Assert.EndsWith("1 sent again\n", (await RunAsync("redrive", "--all")).Output, StringComparison.Ordinal);
        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.EmailJobsPoison), 1);
    }

    [Theory]
    [InlineData]
    [InlineData("drop")]
    [InlineData("redrive")]
    [InlineData("list", "all")]
    public async Task Anything_else_explains_the_command_and_changes_nothing(params string[] args) =>
        Assert.Equal((2, PoisonCommand.Usage + "\n"), await RunAsync(args));

    [Fact]
    public async Task Missing_storage_is_reported_in_one_line()
    {
        var nowhere = new QueueServiceClient(
            "AccountName=nobody;AccountKey=bm9uZQ==;QueueEndpoint=http://127.0.0.1:1/nobody",
            new QueueClientOptions { Retry = { MaxRetries = 0 } });
        var (exitCode, output) = await RunAsync(nowhere, new JobSeal(), ["list"]);

        Assert.Equal(1, exitCode);
        Assert.Matches("^The storage cannot be used: [^\n]+\n$", output);
    }

    [Fact]
    public async Task The_program_uses_the_storage_that_the_settings_name()
    {
        await App.Queue(QueueNames.EmailJobsPoison).SendMessageAsync("no job", Stop);
        Assert.Equal((0, ""), await OperationsProgram.RunAsync(["poison", "drop", "--all"], ("AccountsStorage", App.Storage)));

        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.EmailJobsPoison), 0);
    }

    private async Task GiveUpAsync()
    {
        using var fault = new StringContent("""{"status":500,"times":3}""", System.Text.Encoding.UTF8, "application/json");
        await App.Client.PostAsync("/emulator/faults", fault, Stop);
        await App.RegisterAsync(Address);
        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.EmailJobsPoison), 1);
        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.EmailJobs), 0);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] args) =>
        RunAsync(App.Services.GetRequiredService<QueueServiceClient>(), App.Services.GetRequiredService<JobSeal>(), args);

    private static async Task<(int ExitCode, string Output)> RunAsync(QueueServiceClient service, JobSeal seal, string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var command = new PoisonCommand(
            service, new EmailOutbox(service, seal), new HousekeepingQueue(service, seal, TimeProvider.System), output);
        return (await command.RunAsync(args, Stop), output.ToString());
    }
}
