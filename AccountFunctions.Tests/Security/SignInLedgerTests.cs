using System.Net.Http.Json;
using AccountFunctions.Security;

namespace AccountFunctions.Tests.Security;

public sealed class SignInLedgerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Address = "ada@example.com";
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await TestApp.StartAsync(azurite.NewStorage());

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task The_owner_gets_word_of_a_new_client_once_and_of_an_updated_one_never()
    {
        await app.ActivateAsync(Address);
        await LoginAsync("Browser/1.0 (Desktop)");
        Assert.Equal("New sign-in to your Example account", (await app.WaitForMailsAsync(Address, 2))[1].Subject);
        app.Time.Advance(TimeSpan.FromHours(2));
        await LoginAsync("Browser/1.0 (Desktop)");
        await LoginAsync("Browser/2.13 (Desktop)");
        await app.DrainAsync();

        Assert.Equal(2, (await app.MailsAsync(Address)).Count);
    }

    [Fact]
    public async Task Names_that_are_made_up_do_not_flood_the_mailbox()
    {
        await app.ActivateAsync(Address);
        foreach (var name in Enumerable.Range(0, 30).Select(number => new string((char)('a' + (number % 26)), 1 + number)))
        {
            await LoginAsync(name);
        }

        await app.DrainAsync();
        Assert.Equal(2, (await app.WaitForMailsAsync(Address, 2)).Count);
        var claim = (await app.RowsAsync("Addresses")).Single(row => row.RowKey == "account");
        Assert.Equal(20, claim.GetString("Clients").Split(',').Length);
    }

    [Fact]
    public async Task A_wrong_password_leaves_no_trace_of_the_client()
    {
        await app.ActivateAsync(Address);
        var before = (await app.RowsAsync("Addresses")).Single(row => row.RowKey == "account").ETag;
        await LoginAsync("Stranger", "a wrong password");

        Assert.Equal(before, (await app.RowsAsync("Addresses")).Single(row => row.RowKey == "account").ETag);
    }

    [Fact]
    public void A_name_is_kept_as_a_hash_that_versions_do_not_change()
    {
        Assert.Equal(SignInLedger.Fingerprint("App/1.2.3"), SignInLedger.Fingerprint("App/1.10.3"));
        Assert.NotEqual(SignInLedger.Fingerprint("App"), SignInLedger.Fingerprint("Other"));
        Assert.Equal(SignInLedger.Fingerprint(null), SignInLedger.Fingerprint(""));
        Assert.Matches("^[0-9a-f]{16}$", SignInLedger.Fingerprint("App"));
    }

    private async Task LoginAsync(string client, string password = TestApp.Password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login") { Content = JsonContent.Create(new { username = Address, password }) };
        request.Headers.TryAddWithoutValidation("User-Agent", client);
        await app.SendAsync(request);
    }
}
