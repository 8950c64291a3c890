using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of administration.</summary>
public sealed class CrashMatrixAdminTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    private string? admin;

    protected override Dictionary<string, string?> Settings => new()
    {
        ["Accounts:Administrators"] = "admin@example.com",
        ["Admin:RequireSecondFactor"] = "false",
    };

    protected override int OtherAccounts => 1;

    [Fact, Holds("G2")]
    public Task InviteAccount() => RunAsync(
        async _ => await AdminAsync(),
        (address, _) => InviteAsync(address),
        HttpStatusCode.OK,
        async (address, _, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await InviteAsync(address)).Status);
            var code = await App.NextCodeAsync(address);
            Assert.Equal(
                HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = address, code, new_password = NewPassword })).Status);
            await AssertPasswordAsync(address, NewPassword);
            Assert.Equal(1, await CountAsync(address));
        },
        leavesAccounts: true);

    [Fact, Holds("G2", "K2")]
    public Task ChangeAccount() => RunAsync(
        PrepareAsync,
        (_, id) => App.PostAsync($"admin/accounts/{id}", new { disabled = true }, admin),
        HttpStatusCode.OK,
        async (address, id, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync($"admin/accounts/{id}", new { disabled = true }, admin)).Status);
            Assert.Equal("disabled_account", (await App.LoginAsync(address)).Message);
            Assert.Single(await App.AccountRowsAsync(address), row => row.GetString("Kind") == "disabled");
        });

    [Fact, Holds("G2", "K2")]
    public Task VoidPassword() => RunAsync(
        PrepareAsync,
        (_, id) => App.PostAsync($"admin/accounts/{id}/reset", new { }, admin),
        HttpStatusCode.OK,
        async (address, id, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync($"admin/accounts/{id}/reset", new { }, admin)).Status);
            Assert.Equal("invalid_credentials", (await App.LoginAsync(address)).Message);
            Assert.Single(await App.AccountRowsAsync(address), row => row.GetString("Kind") == "password_voided");
        });

    [Fact, Holds("G2", "K2")]
    public Task RemoveAccount() => RunAsync(
        PrepareAsync,
        (_, id) => App.DeleteAsync($"admin/accounts/{id}", admin),
        HttpStatusCode.OK,
        async (address, id, answer) =>
        {
            var again = await App.DeleteAsync($"admin/accounts/{id}", admin);
            Assert.Equal(HttpStatusCode.OK, again.Status);
            Assert.True(answer.Status is not HttpStatusCode.OK || answer.Text == again.Text, again.Text);
            Assert.Equal("deletion_pending", (await App.LoginAsync(address)).Message);
        });

    private async Task<string> PrepareAsync(string address)
    {
        await AdminAsync();
        await App.ActivateAsync(address);
        return await App.IdOfAsync(address);
    }

    // Anew for each case, because the clock moves on.
    private async Task<string> AdminAsync()
    {
        var login = admin is null
            ? await App.SignInAsync("admin@example.com")
            : (await App.LoginAsync("admin@example.com")).Data;
        return admin = login.GetProperty("access").GetString()!;
    }

    private Task<Answer> InviteAsync(string address) => App.PostAsync("admin/accounts", new { username = address }, admin);

    // An account that nothing leads to is not listed.
    private async Task<int> CountAsync(string address) => (await App.GetAsync("admin/accounts?page_size=100", admin)).Data
        .GetProperty("accounts").EnumerateArray().Count(account => account.GetProperty("username").GetString() == address);
}
