using AccountFunctions.Email;
using AccountFunctions.Storage.Names;
using AccountFunctions.Tests.Lifecycle;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Email;

public sealed class DeliveryReportsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override Task<TestApp> StartAsync(string storage) => ImpatientApp.StartAsync(storage);

    [Theory, Holds("G8")]
    [InlineData("Bounced")]
    [InlineData("Suppressed")]
    public async Task A_bounce_is_in_the_history_once_and_stops_mails_for_a_day(string status)
    {
        await App.ActivateAsync(Address);
        var mail = await OnlyMailAsync();
        await ReportAsync(mail, status);
        await ReportAsync(mail, status);
        var failure = Assert.Single(await FailuresAsync());
        Assert.Equal(status, failure.GetString("Detail"));
        Assert.Equal(App.Time.GetUtcNow(), failure.GetDateTimeOffset("Time"));

        var unknown = await App.PostAsync("code", new { username = "nobody@example.com" });
        var held = await App.PostAsync("code", new { username = Address });
        Assert.Equal((unknown.Status, unknown.Text), (held.Status, held.Text));
        await App.WaitForLogAsync("dropped: its mailbox bounces.");
        await App.DrainAsync();
        Assert.Single(await App.MailsAsync(Address));

        App.Time.Advance(TimeSpan.FromDays(1));
        await App.PostAsync("code", new { username = Address });
        await App.WaitForMailsAsync(Address, 2);
    }

    [Fact, Holds("G8")]
    public async Task Each_trial_that_bounces_prolongs_the_pause_and_one_that_is_delivered_ends_it()
    {
        await App.ActivateAsync(Address);
        await ReportAsync(await OnlyMailAsync(), "Bounced");
        foreach (var days in (double[])[1, 2, 4, 7, 14, 14])
        {
            Assert.Equal(App.Time.GetUtcNow().AddDays(days), Guard(await App.AddressRowsAsync(Address)).UndeliverableUntil);
            App.Time.Advance(TimeSpan.FromDays(days));
            await ReportAsync(await TryAsync(), "Bounced");
        }

        App.Time.Advance(TimeSpan.FromDays(14));
        await ReportAsync(await TryAsync(), "Delivered");

        var guard = Guard(await App.AddressRowsAsync(Address));
        Assert.Equal((0, null, default), (guard.Bounces, guard.Trial, guard.UndeliverableUntil));
        Assert.Equal(7, (await FailuresAsync()).Count());
    }

    [Fact]
    public async Task Mails_on_their_way_at_the_first_bounce_prolong_nothing()
    {
        await App.ActivateAsync(Address);
        await App.PostAsync("code", new { username = Address });
        await App.WaitForMailsAsync(Address, 2);
        var mails = await MailsAsync();
        Assert.Equal(2, mails.Count);
        foreach (var mail in mails)
        {
            await ReportAsync(mail, "Bounced");
        }

        Assert.Equal(1, Guard(await App.AddressRowsAsync(Address)).Bounces);

        // Nor does the late report of a mail that was delivered before.
        await ReportAsync(mails[0], "Delivered");
        Assert.Equal(1, Guard(await App.AddressRowsAsync(Address)).Bounces);
    }

    [Fact]
    public async Task While_one_mail_tries_a_mailbox_others_wait()
    {
        await App.ActivateAsync(Address);
        await ReportAsync(await OnlyMailAsync(), "Bounced");
        App.Time.Advance(TimeSpan.FromDays(1));
        var trial = await TryAsync();
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        await App.WaitForLogAsync("postponed: another mail tries whether its mailbox still bounces.");
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);

        await ReportAsync(trial, "Delivered");
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await App.WaitForMailsAsync(Address, 3);
    }

    [Fact]
    public async Task A_bounce_that_is_reported_again_after_a_delivery_stops_nothing()
    {
        await App.ActivateAsync(Address);
        var mail = await OnlyMailAsync();
        await ReportAsync(mail, "Bounced");
        App.Time.Advance(TimeSpan.FromDays(1));
        await ReportAsync(await TryAsync(), "Delivered");
        await ReportAsync(mail, "Bounced");
        Assert.Equal(0, Guard(await App.AddressRowsAsync(Address)).Bounces);
    }

    [Fact]
    public async Task A_trial_without_a_report_is_followed_by_another()
    {
        await App.ActivateAsync(Address);
        await ReportAsync(await OnlyMailAsync(), "Bounced");
        App.Time.Advance(TimeSpan.FromDays(1));
        await TryAsync();
        App.Time.Advance(TimeSpan.FromHours(1));
        await TryAsync();
        Assert.Equal(3, (await App.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task Bounces_are_forgotten_in_the_end_and_leave_no_row()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        await ReportAsync(await OnlyMailAsync(), "Bounced");
        App.Time.Advance(TimeSpan.FromDays(14));
        await Eventually.TrueAsync(
            async () => (await App.AddressRowsAsync(Address)) is [{ RowKey: GuardEntity.RowName }],
            () => "The registration is left.");
        App.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromHours(1));
        await Eventually.TrueAsync(async () => (await App.AddressRowsAsync(Address)).Count == 0, () => "The guard is left.");
        Assert.Empty(await App.RowsAsync("Accounts"));
    }

    [Theory]
    [InlineData("Delivered")]
    [InlineData("Expanded")]
    [InlineData("Quarantined")]
    [InlineData("FilteredSpam")]
    [InlineData("Failed")]
    [InlineData("OutForDelivery")]
    [InlineData("3")]
    public async Task Other_reports_are_counted_and_change_nothing(string status)
    {
        await App.ActivateAsync(Address);
        var before = await TagsAsync();
        await ReportAsync(await OnlyMailAsync(), status);

        Assert.Equal(before, await TagsAsync());
        Assert.Empty(await FailuresAsync());
    }

    [Fact]
    public async Task A_report_about_a_mail_that_the_app_has_not_sent_there_changes_nothing()
    {
        await App.ActivateAsync(Address);
        await App.ActivateAsync("b@example.com");
        var mail = Assert.Single(await MailsAsync("b@example.com"));
        await ReceiveAsync(Event(Guid.CreateVersion7(), "Bounced"));
        await ReceiveAsync(Event(mail, "Bounced"));

        Assert.Contains($"for operation {mail}, under which the app has sent no mail", App.Logs.Text, StringComparison.Ordinal);
        Assert.Empty(await FailuresAsync());
        Assert.All(await App.RowsAsync("Addresses"), row => Assert.Null(row.GetInt32("Bounces")));
    }

    // As the service's documentation shows it, with its spelling of the time and members that the app does not read.
    [Theory]
    [InlineData("deliveryAttemptTimeStamp")]
    [InlineData("deliveryAttemptTimestamp")]
    public async Task The_queue_function_reads_what_Event_Grid_writes(string time)
    {
        await App.ActivateAsync(Address);
        await App.Queue("mail-reports").SendMessageAsync(
            Event(await OnlyMailAsync(), "Bounced").Replace("deliveryAttemptTimeStamp", time, StringComparison.Ordinal), Stop);
        await Eventually.TrueAsync(async () => (await FailuresAsync()).Any(), () => "The report is not in the history.");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":null}""")]
    [InlineData("""{"eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"messageId":"1","recipient":"a@example.com","status":"Bounced","deliveryAttemptTimeStamp":"2026-11-23T12:00:00Z"}}""")]
    [InlineData("""{"eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"messageId":"019ac0e4-0d5b-7000-8000-000000000000","recipient":"nobody","status":"Bounced","deliveryAttemptTimeStamp":"2026-11-23T12:00:00Z"}}""")]
    [InlineData("""{"eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"messageId":"019ac0e4-0d5b-7000-8000-000000000000","recipient":"a@example.com","status":"Bounced","deliveryAttemptTimeStamp":"yesterday"}}""")]
    [InlineData("""{"eventType":"Microsoft.Communication.EmailEngagementTrackingReportReceived","data":{"messageId":"019ac0e4-0d5b-7000-8000-000000000000","recipient":"a@example.com","status":"Bounced","deliveryAttemptTimeStamp":"2026-11-23T12:00:00Z"}}""")]
    public async Task A_message_that_is_no_report_goes_to_the_poison_queue(string message)
    {
        await ReceiveAsync(message);
        Assert.Equal(message, (await App.Queue("mail-reports-poison").ReceiveMessageAsync(cancellationToken: Stop)).Value.Body.ToString());
    }

    [Fact]
    public async Task A_report_whose_first_try_was_interrupted_is_in_the_history_once()
    {
        await App.ActivateAsync(Address);
        var mail = await OnlyMailAsync();
        await ReportAsync(mail, "Bounced");

        // The try that ended after its first change.
        var row = Row(await App.AddressRowsAsync(Address), mail);
        row["Failure"] = null;
        await App.Table("Addresses").UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, Stop);
        await ReportAsync(mail, "Bounced");
        Assert.Single(await FailuresAsync());
        Assert.NotNull(Row(await App.AddressRowsAsync(Address), mail).GetString("Failure"));
    }

    [Fact]
    public async Task Twins_of_a_report_at_once_count_one_bounce()
    {
        await App.ActivateAsync(Address);
        var mail = await OnlyMailAsync();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ReportAsync(mail, "Bounced")));
        Assert.Equal(1, Guard(await App.AddressRowsAsync(Address)).Bounces);
    }

    [Fact]
    public async Task A_check_that_the_first_version_has_left_in_the_queue_ends_quietly()
    {
        await App.Queue("housekeeping-jobs").SendMessageAsync(
            """{"kind":"delivery_check","address_key":"a","operation_id":"019ac0e4-0d5b-7000-8000-000000000000","due":"2026-11-23T12:00:00Z","tries":1}""",
            Stop);
        await TestApp.WaitForLengthAsync(App.Queue("housekeeping-jobs"), 0);
        await TestApp.WaitForLengthAsync(App.Queue("housekeeping-jobs-poison"), 0);
    }

    private static GuardEntity Guard(List<TableEntity> rows) => new(rows.Single(row => row.RowKey == GuardEntity.RowName));

    private static TableEntity Row(List<TableEntity> rows, Guid mail) => rows.Single(row => row.RowKey == MailEntity.KeyOf(mail));

    private async Task ReportAsync(Guid mail, string status) => await ReceiveAsync(Event(mail, status));

    private Task ReceiveAsync(string message) =>
        App.Services.GetRequiredService<DeliveryReports>().ReceiveAsync(new BinaryData(message), Stop);

    private string Event(Guid mail, string status) => $$"""
        {
          "id": "00000000-0000-0000-0000-000000000000",
          "topic": "/subscriptions/{id}/resourcegroups/{name}/providers/microsoft.communication/communicationservices/{name}",
          "subject": "sender/accounts@example.com/message/{{mail}}",
          "data": {
            "sender": "accounts@example.com",
            "recipient": "Ada@Example.com",
            "messageId": "{{mail}}",
            "status": "{{status}}",
            "deliveryStatusDetails": { "statusMessage": "550 5.1.1 no such user", "recipientMailServerHostName": "mx.example.com" },
            "deliveryAttemptTimeStamp": "{{App.Time.GetUtcNow():O}}"
          },
          "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
          "dataVersion": "1.0",
          "metadataVersion": "1",
          "eventTime": "2026-11-23T12:00:00.1234567Z"
        }
        """;

    /// <summary>Requests a code whose mail tries the mailbox.</summary>
    private async Task<Guid> TryAsync()
    {
        var known = await MailsAsync();
        await App.PostAsync("code", new { username = Address });
        IEnumerable<Guid> tried = [];
        await Eventually.TrueAsync(
            async () => (tried = (await MailsAsync()).Except(known)).Any(), () => $"No mail tries the mailbox.\n{App.Logs.Text}");
        return Assert.Single(tried);
    }

    private async Task<Guid> OnlyMailAsync() => Assert.Single(await MailsAsync());

    /// <summary>The mails that were sent to the address.</summary>
    private async Task<List<Guid>> MailsAsync(string address = Address)
    {
        var rows = (await App.AddressRowsAsync(address)).FindAll(row => row.GetBoolean("Sent") is true);
        return rows.ConvertAll(row => Guid.Parse(row.RowKey[MailEntity.RowPrefix.Length..]));
    }

    private async Task<IEnumerable<string>> TagsAsync() => (await App.AddressRowsAsync(Address)).Select(row => $"{row.RowKey} {row.ETag}");

    private async Task<IEnumerable<TableEntity>> FailuresAsync() =>
        (await App.RowsAsync("Accounts")).Where(row => row.GetString("Kind") == "mail_failed");
}
