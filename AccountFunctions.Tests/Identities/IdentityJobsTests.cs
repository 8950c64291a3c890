using System.Net;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Lifecycle.Sweepers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Tests.Lifecycle;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Identities;

/// <summary>What jobs do with identities: finish links, release claims, delete accounts. None runs but by the test.</summary>
public sealed class IdentityJobsTests(AzuriteFixture azurite) : IAsyncLifetime, IClassFixture<Issuers>
{
    private const string Address = "ada@example.com";
    private const string Subject = "subject";
    private static string Name => IdentityEntity.NameOf(Issuers.Current.Acme.Issuer, Subject);
    private FaultProxy proxy = null!;
    private TestApp app = null!;

    public async ValueTask InitializeAsync()
    {
        proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        app = await ImpatientApp.StartAsync(
            proxy.Storage, settings: new(Issuers.Current.Settings()) { ["AzureWebJobs.KeepHouse.Disabled"] = "true" });
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Fact, Holds("I4", "J12")]
    public async Task A_purge_removes_the_claim_and_the_identity_can_begin_again()
    {
        var login = await LoginAsync();
        var id = await IdAsync();
        var confirm = new { confirm_provider = "acme", confirm_id_token = Token() };
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("delete", confirm, login.Data.GetProperty("access").GetString())).Status);
        Assert.Equal("deletion_pending", (await LoginAsync()).Message);
        app.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await LoginAsync()).Status);
        var (purger, job) = (app.Services.GetRequiredService<AccountPurger>(), new AccountPurge(id, app.Time.GetUtcNow()));
        await purger.HandleAsync(job, default);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await purger.HandleAsync(job, default);
        Assert.DoesNotContain(await app.RowsAsync("Addresses"), row => row.PartitionKey == Name || row.GetString("AccountId") == id);
        Assert.DoesNotContain(await app.RowsAsync("Accounts"), row => row.PartitionKey == id);

        Assert.Equal(HttpStatusCode.OK, (await LoginAsync()).Status);
        Assert.NotEqual(id, await IdAsync());
    }

    [Fact, Holds("G2", "J12")]
    public async Task A_first_sign_in_that_ends_before_its_claim_is_finished_by_the_job_or_by_the_next_one()
    {
        await StopAtAsync(Name);
        var id = await IdAsync();
        Assert.DoesNotContain(await app.RowsAsync("Addresses"), row => row.PartitionKey == Name && row.RowKey == "account");
        await app.Services.GetRequiredService<IdentityLinks>()
            .HandleAsync(new IdentityLink(id, "acme", app.Time.GetUtcNow()), default);

        Assert.Contains(await app.RowsAsync("Addresses"), row => row.PartitionKey == Name && row.GetString("AccountId") == id);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync()).Status);
        Assert.Single(await app.RowsAsync("Accounts"), row => row.GetString("Kind") == "identity_linked");
    }

    [Fact, Holds("G2", "J12")]
    public async Task An_account_that_no_address_leads_to_takes_no_identity_and_is_removed()
    {
        await StopAtAsync(EmailAddress.KeyOf(Address));
        var orphan = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync("another subject")).Status);
        await app.Services.GetRequiredService<IdentityLinks>()
            .HandleAsync(new IdentityLink(orphan, "acme", app.Time.GetUtcNow()), default);
        Assert.DoesNotContain(await app.RowsAsync("Addresses"), row => row.GetString("AccountId") == orphan);
        await app.Services.GetRequiredService<AddressSweeper>()
            .HandleAsync(new AddressSweep(EmailAddress.KeyOf(Address), app.Time.GetUtcNow(), orphan), default);

        Assert.DoesNotContain(await app.RowsAsync("Accounts"), row => row.PartitionKey == orphan);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync("another subject")).Status);
    }

    [Fact, Holds("J12")]
    public async Task A_claim_that_its_account_no_longer_needs_is_released_by_the_job_with_all_that_is_there()
    {
        await LoginAsync();
        var id = await IdAsync();
        var row = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "identity-acme");
        await app.Table("Accounts").DeleteEntityAsync(row);
        await app.Services.GetRequiredService<AddressReleases>()
            .HandleAsync(new AddressRelease(id, Name, app.Time.GetUtcNow()), default);

        Assert.DoesNotContain(await app.RowsAsync("Addresses"), row => row.PartitionKey == Name);
    }

    /// <summary>A first sign-in that ends at the first commit to this partition.</summary>
    private async Task StopAtAsync(string partition)
    {
        proxy.Before = async request =>
        {
            request.EnableBuffering();
            using var reader = new StreamReader(request.Body, leaveOpen: true);
            request.HttpContext.Items["body"] = await reader.ReadToEndAsync();
            request.Body.Position = 0;
        };
        proxy.Strike(StorageFault.Lost, 0, 9, request =>
            request.Path.Value!.EndsWith("$batch", StringComparison.Ordinal)
            && ((string)request.HttpContext.Items["body"]!).Contains(partition, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await LoginAsync()).Status);
        Assert.True(proxy.Struck);
        proxy.Strike(StorageFault.Lost, 0, 0);
        proxy.Before = _ => Task.CompletedTask;
    }

    private string Token(string subject = Subject) => Issuers.Current.Acme.Token(app.Time.GetUtcNow(), subject, Address);

    private Task<Answer> LoginAsync(string subject = Subject) =>
        app.PostAsync("login/external", new { provider = "acme", id_token = Token(subject) });

    private async Task<string> IdAsync() => (await app.RowsAsync("Addresses"))
        .Single(row => row.PartitionKey == EmailAddress.KeyOf(Address) && row.RowKey == "account").GetString("AccountId");
}
