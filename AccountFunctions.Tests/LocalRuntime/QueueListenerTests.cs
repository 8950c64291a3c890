using Azure.Storage.Queues;

namespace AccountFunctions.Tests.LocalRuntime;

public sealed class QueueListenerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_message_whose_function_succeeds_is_gone()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage());
        await host.Queue().SendMessageAsync("good");

        await TestHost.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal(("good", 1), Assert.Single(host.Calls.Seen));
    }

    [Fact]
    public async Task A_message_that_fails_too_often_is_poisoned_and_keeps_its_body()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage(), new() { ["maxDequeueCount"] = "3", ["visibilityTimeout"] = "00:00:00" });
        await host.Queue().SendMessageAsync("bad");

        await TestHost.WaitForLengthAsync(host.Queue("work-poison"), 1);
        await TestHost.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal([1L, 2, 3], host.Calls.Seen.Select(call => call.DequeueCount));
        Assert.Equal("bad", (await host.Queue("work-poison").PeekMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task A_message_that_fails_stays_invisible_for_the_visibility_timeout()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage(), new() { ["visibilityTimeout"] = "01:00:00" });
        await host.Queue().SendMessageAsync("bad");
        await host.WaitForCallsAsync(1);

        await Task.Delay(500);
        Assert.Single(host.Calls.Seen);
        await TestHost.WaitForLengthAsync(host.Queue(), 1);
        Assert.Null((await host.Queue().ReceiveMessageAsync()).Value);
    }

    [Fact]
    public async Task A_body_that_is_not_base64_is_poisoned_at_once_and_others_flow()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage());
        await host.Queue(encoding: QueueMessageEncoding.None).SendMessageAsync("{not base64}");
        await host.Queue().SendMessageAsync("good");

        await TestHost.WaitForLengthAsync(host.Queue("work-poison", QueueMessageEncoding.None), 1);
        await TestHost.WaitForLengthAsync(host.Queue(), 0);
        Assert.Equal(("good", 1), Assert.Single(host.Calls.Seen));
    }

    [Fact]
    public async Task A_message_is_renewed_while_its_function_runs()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage(), lease: TimeSpan.FromSeconds(2));
        await host.Queue().SendMessageAsync("slow");
        await host.WaitForCallsAsync(1);

        await Task.Delay(3500);
        host.Calls.Release.SetResult();
        await TestHost.WaitForLengthAsync(host.Queue(), 0);
        Assert.Single(host.Calls.Seen);
    }

    [Fact]
    public async Task A_stop_waits_for_the_function_that_runs()
    {
        await using var host = await TestHost.StartAsync(azurite.NewStorage());
        await host.Queue().SendMessageAsync("slow");
        await host.WaitForCallsAsync(1);

        var stop = host.StopAsync();
        await Task.Delay(200);
        Assert.False(stop.IsCompleted);
        host.Calls.Release.SetResult();
        await stop;
        await TestHost.WaitForLengthAsync(host.Queue(), 0);
    }
}
