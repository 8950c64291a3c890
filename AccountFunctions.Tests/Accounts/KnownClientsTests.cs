using System.Net.Http.Json;
using System.Text.Json;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Tests.Lifecycle;
using AccountFunctions.Tests.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Accounts;

public sealed class KnownClientsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_is_notified_of_a_new_client_once_and_never_of_an_update()
    {
        await App.ActivateAsync(Address);
        await LoginAsync("Browser/1.0 (Desktop)");
        Assert.Equal("New sign-in to your Example account", (await App.WaitForMailsAsync(Address, 2))[1].Subject);
        App.Time.Advance(TimeSpan.FromHours(2));
        await LoginAsync("Browser/1.0 (Desktop)");
        await LoginAsync("Browser/2.13 (Desktop)");
        await App.DrainAsync();

        Assert.Equal(2, (await App.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task The_name_of_a_client_that_keeps_its_device_does_not_pass_for_that_client()
    {
        await App.ActivateAsync(Address);
        const string Browser = "Browser/1.0 (Desktop)";
        await LoginAsync(Browser);
        await App.WaitForMailsAsync(Address, 2);

        // As long as the client has not sent its device, it may be one of those that never do.
        App.Time.Advance(TimeSpan.FromHours(2));
        var device = await LoginAsync(Browser);
        App.Time.Advance(TimeSpan.FromHours(2));
        await LoginAsync(Browser, device);
        await App.DrainAsync();
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);

        App.Time.Advance(TimeSpan.FromHours(2));
        await LoginAsync(Browser);
        Assert.Equal("New sign-in to your Example account", (await App.WaitForMailsAsync(Address, 3))[2].Subject);
    }

    [Fact]
    public async Task Invented_client_names_do_not_flood_the_mailbox()
    {
        await App.ActivateAsync(Address);
        foreach (var name in Enumerable.Range(0, 30).Select(number => new string((char)('a' + (number % 26)), 1 + number)))
        {
            await LoginAsync(name);
        }

        // The first notice has left. The second waits its hour and covers all further clients.
        await App.WaitForMailsAsync(Address, 2);
        await TestApp.WaitForLengthAsync(App.Queue("email-jobs"), 1);
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);
        var claim = (await App.RowsAsync("Addresses")).Single(row => row.RowKey == "account");
        Assert.Equal(20, claim.GetString("Clients").Split(',').Length);
    }

    [Fact]
    public async Task Of_clients_that_are_new_at_once_one_is_reported_now_and_the_others_together_in_an_hour()
    {
        const int clients = 20;
        var engine = new HookedEngine();
        await using var running = await ImpatientApp.StartAsync(
            NewStorage(),
            new FakeTimeProvider(App.Time.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) },
            services => services.Configure<PasswordOptions>(options => options.MaxConcurrentHashes = clients)
                .Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        await running.ActivateAsync(Address);

        // Every sign-in waits until all have read the address. One that came after the first commit would not be concurrent, and its
        // notice would wait an hour.
        using var everybody = new Barrier(clients);
        engine.Before = () => everybody.SignalAndWait(TimeSpan.FromSeconds(30), Stop);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => LoginAsync(new string((char)('a' + number), 10), of: running)));
        await running.WaitForMailsAsync(Address, 3);
        await running.DrainAsync();

        Assert.Equal(3, (await running.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task A_second_new_client_is_reported_later_together_with_those_after_it()
    {
        await using var impatient = await ImpatientApp.StartAsync(NewStorage());
        await impatient.ActivateAsync(Address);
        await LoginAsync("Owner", of: impatient);
        impatient.Time.Advance(TimeSpan.FromMinutes(30));
        await LoginAsync("Thief", of: impatient);
        impatient.Time.Advance(TimeSpan.FromMinutes(10));
        await LoginAsync("Accomplice", of: impatient);

        var mails = await impatient.WaitForMailsAsync(Address, 3);
        await impatient.DrainAsync();
        Assert.Contains("12:31", mails[2].PlainText, StringComparison.Ordinal);
        Assert.Equal(3, (await impatient.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task A_wrong_password_leaves_no_trace_of_the_client()
    {
        await App.ActivateAsync(Address);
        var before = (await App.RowsAsync("Addresses")).Single(row => row.RowKey == "account").ETag;
        await LoginAsync("Stranger", password: "a wrong password");

        Assert.Equal(before, (await App.RowsAsync("Addresses")).Single(row => row.RowKey == "account").ETag);
    }

    [Fact]
    public void A_client_name_is_kept_as_a_hash_that_ignores_versions()
    {
        Assert.Equal(KnownClients.Fingerprint("App/1.2.3"), KnownClients.Fingerprint("App/1.10.3"));
        Assert.NotEqual(KnownClients.Fingerprint("App"), KnownClients.Fingerprint("Other"));
        Assert.Equal(KnownClients.Fingerprint(null), KnownClients.Fingerprint(""));
        Assert.Matches("^[0-9a-f]{16}$", KnownClients.Fingerprint("App"));
    }

    private async Task<string?> LoginAsync(
        string client, string? device = null, string password = TestApp.Password, TestApp? of = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login")
        {
            Content = JsonContent.Create(new { username = Address, password, device }),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", client);
        var answer = await (of ?? App).SendAsync(request);
        return answer.Data.ValueKind is JsonValueKind.Object ? answer.Data.GetProperty("device").GetString() : null;
    }
}
