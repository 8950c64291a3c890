using System.Net;
using System.Text.Json;
using AccountFunctions.Storage;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of events for other services: whatever goes wrong, what was done is told, and nothing else.</summary>
public sealed class CrashMatrixEventsTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    private readonly HashSet<string> told = [];

    protected override Dictionary<string, string?> Settings => new() { ["Accounts:PublishEvents"] = "true" };

    [Fact, Holds("G2", "K5")]
    public Task UpdateDetails() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, access) => ChangeAsync(access),
        HttpStatusCode.OK,
        async (address, access, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(access)).Status);
            App.Time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.TrueAsync(
                async () => await ListenAsync() && told.Contains($"account.updated {await App.IdOfAsync(address)}"),
                () => $"Nobody heard of {address}.\n{App.Logs.Text}");
            var events = (await App.RowsAsync("Accounts")).Where(row => row.GetString("Kind") is "details_changed");
            Assert.Subset(
                events.Select(row => $"account.updated {row.PartitionKey}").ToHashSet(),
                told.Where(one => one.StartsWith("account.updated ", StringComparison.Ordinal)).ToHashSet());
        });

    private Task<Answer> ChangeAsync(string access) =>
        App.PostAsync("details", new { first_name = "Grace" }, access);

    private async Task<bool> ListenAsync()
    {
        var queue = App.Queue(QueueNames.AccountEvents);
        foreach (var message in (await queue.ReceiveMessagesAsync(32)).Value)
        {
            var one = JsonDocument.Parse(message.Body).RootElement;
            told.Add($"{one.GetProperty("type").GetString()} {one.GetProperty("subject").GetString()}");
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }

        return true;
    }
}
