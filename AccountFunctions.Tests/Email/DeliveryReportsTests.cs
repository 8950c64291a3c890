using System.Text;
using AccountFunctions.Email;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Tests.Lifecycle;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Email;

public sealed class DeliveryReportsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMinutes(10);
    private readonly Transport transport = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override Task<TestApp> StartAsync(string storage) => ImpatientApp.StartAsync(storage);

    [Theory, Holds("G8")]
    [InlineData("Failed", "EmailDroppedAllRecipientsSuppressed")]
    [InlineData("Canceled", "EmailDropped")]
    public async Task An_undelivered_mail_is_recorded_in_the_history_of_the_account(string status, string code)
    {
        await App.ActivateAsync(Address);
        await FailNextAsync(status, code);
        await App.PostAsync("code", new { username = Address });
        await WaitForSentAsync(2);
        Assert.Empty(await FailuresAsync());
        App.Time.Advance(ReportDelay);
        while (!(await FailuresAsync()).Any())
        {
            await Task.Delay(25, Stop);
        }

        Assert.Equal(code, Assert.Single(await FailuresAsync()).GetString("Detail"));
    }

    [Fact]
    public async Task A_failure_before_there_is_an_account_is_logged()
    {
        await FailNextAsync("Failed", "EmailDropped");
        await App.RegisterAsync(Address);
        await WaitForSentAsync(1);
        App.Time.Advance(ReportDelay);
        await App.WaitForLogAsync("was not accepted for delivery: EmailDropped.");

        Assert.Empty(await App.RowsAsync("Accounts"));
    }

    [Fact]
    public async Task An_unknown_delivery_is_asked_for_again_and_given_up_in_the_end()
    {
        await using var other = await ImpatientApp.StartAsync(
            NewStorage(), configure: services => services.AddSingleton<IEmailTransport>(transport));
        await other.Services.GetRequiredService<HousekeepingQueue>().EnqueueAsync(
            new DeliveryCheck(new string('a', 64), Guid.CreateVersion7(), other.Time.GetUtcNow(), Tries: 9), Stop);
        while (transport.Asked < 2)
        {
            other.Time.Advance(ReportDelay);
            await Task.Delay(25, Stop);
        }

        await other.WaitForLogAsync("does not know what became of the mail");
        Assert.Equal(2, transport.Asked);
    }

    private async Task FailNextAsync(string status, string code)
    {
        using var fault = new StringContent($$"""{"operation_status":"{{status}}","code":"{{code}}"}""", Encoding.UTF8, "application/json");
        (await App.Client.PostAsync("/emulator/faults", fault, Stop)).EnsureSuccessStatusCode();
    }

    private async Task WaitForSentAsync(int mails)
    {
        while ((await App.RowsAsync("Addresses")).Count(row => row.GetBoolean("Sent") is true) < mails)
        {
            await Task.Delay(25, Stop);
        }
    }

    private async Task<IEnumerable<TableEntity>> FailuresAsync() =>
        (await App.RowsAsync("Accounts")).Where(row => row.GetString("Kind") == "mail_failed");

    private sealed class Transport : IEmailTransport
    {
        private int asked;

        public int Asked => asked;

        public TimeSpan? ReportDelay => DeliveryReportsTests.ReportDelay;

        public Task SendAsync(Mail mail, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DeliveryReport?> FindReportAsync(Guid operationId, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult<DeliveryReport?>(new DeliveryReport(DeliveryStatus.UnderWay));
        }
    }
}
