using Azure.Storage.Queues;

namespace Delivery.Tests.LocalHost;

/// <summary>The queue listener, and the Functions host's own as the oracle of what it must do.</summary>
public sealed class QueueListenerTests(AzuriteFixture azurite)
{
    public enum Listener
    {
        Local,
        WebJobs,
    }

    public static TheoryData<Listener> Listeners => [Listener.Local, Listener.WebJobs];

    [Theory, MemberData(nameof(Listeners))]
    public async Task A_message_whose_function_succeeds_is_gone(Listener listener)
    {
        await using var host = await StartAsync(listener);
        await host.Queue().SendMessageAsync("good");

        await TestApp.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal(("good", 1), Assert.Single(host.Calls.Seen));
    }

    [Theory, MemberData(nameof(Listeners))]
    public async Task Messages_flow_once_a_missing_queue_exists(Listener listener)
    {
        await using var host = await StartAsync(listener);
        await host.Queue().DeleteAsync();
        await host.Queue().CreateAsync();
        await host.Queue().SendMessageAsync("good");

        await host.WaitForCallsAsync(1);
        await TestApp.WaitForLengthAsync(host.Queue(), 0);
    }

    [Theory, MemberData(nameof(Listeners))]
    public async Task A_message_that_fails_too_often_is_poisoned_and_keeps_its_body(Listener listener)
    {
        await using var host = await StartAsync(listener, new() { ["maxDequeueCount"] = "3", ["visibilityTimeout"] = "00:00:00" });
        await host.Queue().SendMessageAsync("bad");

        await TestApp.WaitForLengthAsync(host.Queue("work-poison"), 1);
        await TestApp.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal([1L, 2, 3], host.Calls.Seen.Select(call => call.DequeueCount));
        Assert.Equal("bad", (await host.Queue("work-poison").PeekMessageAsync()).Value.Body.ToString());
    }

    [Theory, MemberData(nameof(Listeners))]
    public async Task A_message_that_fails_stays_invisible_for_the_visibility_timeout(Listener listener)
    {
        await using var host = await StartAsync(listener, new() { ["visibilityTimeout"] = "01:00:00" });
        await host.Queue().SendMessageAsync("bad");
        await host.WaitForCallsAsync(1);

        // A later message that is done shows that the listener went on without the first.
        await host.Queue().SendMessageAsync("good");
        await host.WaitForCallsAsync(2);
        await TestApp.WaitForLengthAsync(host.Queue(), 1);
        Assert.Equal(["bad", "good"], host.Calls.Seen.Select(call => call.Text));
        Assert.Null((await host.Queue().ReceiveMessageAsync()).Value);
    }

    [Theory, MemberData(nameof(Listeners))]
    public async Task A_body_that_is_not_base64_is_poisoned_at_once_and_others_flow(Listener listener)
    {
        await using var host = await StartAsync(listener);
        await host.Queue(encoding: QueueMessageEncoding.None).SendMessageAsync("{not base64}");
        await host.Queue().SendMessageAsync("good");

        await TestApp.WaitForLengthAsync(host.Queue("work-poison", QueueMessageEncoding.None), 1);
        await TestApp.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal(("good", 1), Assert.Single(host.Calls.Seen));
    }

    [Fact]
    public async Task A_stop_waits_for_the_running_function()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage());
        await host.Queue().SendMessageAsync("slow");
        await host.WaitForCallsAsync(1);

        var stop = host.StopAsync();
        Assert.False(stop.IsCompleted);
        host.Calls.Release();
        await stop;
        await TestApp.WaitForLengthAsync(host.Queue(), 0);
        Assert.Empty(host.Calls.Cancelled);
    }

    [Fact]
    public async Task A_message_is_renewed_while_its_function_runs()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage(), lease: TimeSpan.FromSeconds(2));
        await host.Queue().SendMessageAsync("slow");
        await host.WaitForCallsAsync(1);

        // Longer than the lease; then a second message shows that the listener has received again in the meantime.
        await Task.Delay(TimeSpan.FromSeconds(3));
        await host.Queue().SendMessageAsync("good");
        await host.WaitForCallsAsync(2);
        host.Calls.Release();
        await TestApp.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal(["slow", "good"], host.Calls.Seen.Select(call => call.Text));
    }

    [Fact]
    public async Task A_function_that_still_runs_when_the_grace_ends_is_cancelled()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage(), grace: TimeSpan.FromMilliseconds(200));
        await host.Queue().SendMessageAsync("slow");
        await host.WaitForCallsAsync(1);

        await host.StopAsync();

        Assert.Equal(["slow"], host.Calls.Cancelled);
        await TestApp.WaitForLengthAsync(host.Queue(), 1);
    }

    private async Task<IQueueHost> StartAsync(Listener listener, Dictionary<string, string?>? queues = null) => listener is Listener.Local
        ? await TestHost.StartAsync(azurite.NewStorage(), queues)
        : await WebJobsHost.StartAsync(azurite.NewStorage(), queues ?? []);
}
