using System.Text.Json;
using static Delivery.Tests.Infra.Templates;

namespace Delivery.Tests.Infra;

/// <summary>How delivery reports of Communication Services reach the app.</summary>
public sealed class ReportsTests
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void Reports_go_to_a_queue_of_an_account_of_its_own(string environment)
    {
        var topic = Assert.Single(Resources(environment, "Microsoft.EventGrid/systemTopics"));
        var subscription = Assert.Single(Resources(environment, "Microsoft.EventGrid/systemTopics/eventSubscriptions"))
            .GetProperty("properties");
        var delivery = subscription.GetProperty("deliveryWithResourceIdentity");
        var queue = delivery.GetProperty("destination").GetProperty("properties");
        var account = Account(environment);

        Assert.Equal("SystemAssigned", topic.GetProperty("identity").GetProperty("type").GetString());
        Assert.Equal("SystemAssigned", delivery.GetProperty("identity").GetProperty("type").GetString());
        Assert.EndsWith(
            $"/{Assert.Single(Resources(environment, "Microsoft.Communication/communicationServices")).GetProperty("name").GetString()}",
            topic.GetProperty("properties").GetProperty("source").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(
            ["Microsoft.Communication.EmailDeliveryReportReceived"],
            subscription.GetProperty("filter").GetProperty("includedEventTypes").EnumerateArray().Select(type => type.GetString()));
        Assert.Equal(account.GetProperty("id").GetString(), queue.GetProperty("resourceId").GetString());
        Assert.Equal("mail-reports", queue.GetProperty("queueName").GetString());
        Assert.Equal(TimeSpan.FromDays(3).TotalSeconds, queue.GetProperty("queueMessageTimeToLiveInSeconds").GetInt32());
        var retries = subscription.GetProperty("retryPolicy");
        Assert.Equal(
            (30, 1440),
            (retries.GetProperty("maxDeliveryAttempts").GetInt32(), retries.GetProperty("eventTimeToLiveInMinutes").GetInt32()));
    }

    // Event Grid has no place in the network: it is let through as a trusted service, which needs an identity and a role besides.
    [Fact, Holds("I6")]
    public void Only_the_account_of_reports_lets_trusted_services_in() => Assert.All(
        Resources("prod", "Microsoft.Storage/storageAccounts"),
        account => Assert.Equal(
            account.GetProperty("id").GetString() == Account("prod").GetProperty("id").GetString() ? "AzureServices" : "None",
            account.GetProperty("properties").GetProperty("networkAcls").GetProperty("bypass").GetString()));

    [Theory]
    [InlineData("dev", "str")]
    [InlineData("prod", "str")]
    [InlineData("smtp", "std")]
    public void The_trigger_reads_the_account_that_has_its_queues(string environment, string account)
    {
        var settings = Assert.Single(Resources(environment, "Microsoft.Web/sites/config")).GetProperty("properties");

        Assert.Contains($"/{account}", settings.GetProperty("ReportsStorage__queueServiceUri").GetString(), StringComparison.Ordinal);
        Assert.Equal("managedidentity", settings.GetProperty("ReportsStorage__credential").GetString());
        Assert.All(
            ["mail-reports", "mail-reports-poison"],
            (string queue) => Assert.Single(
                Resources(environment, "Microsoft.Storage/storageAccounts/queueServices/queues"),
                resource => resource.GetProperty("name").GetString()!.StartsWith(account, StringComparison.Ordinal)
                    && resource.GetProperty("name").GetString()!.EndsWith($"/{queue}", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_mail_server_sends_no_reports()
    {
        Assert.Empty(Resources("smtp", "Microsoft.EventGrid/systemTopics"));
        Assert.Equal(2, Resources("smtp", "Microsoft.Storage/storageAccounts").Count);
    }

    private static JsonElement Account(string environment) => Assert.Single(
        Resources(environment, "Microsoft.Storage/storageAccounts"),
        account => account.GetProperty("name").GetString()!.StartsWith("str", StringComparison.Ordinal));
}
