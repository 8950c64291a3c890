using System.Net;
using Azure.Data.Tables;

namespace TestKit;

/// <summary>What administrators do.</summary>
public static class Administration
{
    /// <summary>An administrator who has signed in with a second factor: the access token.</summary>
    public static async Task<string> SignInAsAdministratorAsync(this TestApp app, string username)
    {
        var authenticator = await app.EnrolAsync(username);
        await app.SetRoleAsync(username, "A");
        var login = await app.PostAsync(
            "login", new { username, password = TestApp.Password, otp = authenticator.RecoveryCodes[0] });
        Assert.True(login.Status is HttpStatusCode.OK, login.Text);
        var id = await app.IdOfAsync(username);
        await Eventually.TrueAsync(
            async () => (await app.RowsAsync("Directory")).Any(row => row.RowKey == id), () => "The administrator is not listed.");
        return login.Data.GetProperty("access").GetString()!;
    }

    public static async Task<string> IdOfAsync(this TestApp app, string username) => (await app.AccountRowsAsync(username))[0].PartitionKey;

    /// <summary>As somebody with access to the tables can.</summary>
    public static async Task SetRoleAsync(this TestApp app, string username, string role) =>
        await app.Table("Accounts").UpdateEntityAsync(
            new TableEntity(await app.IdOfAsync(username), "account") { ["Role"] = role }, Azure.ETag.All, TableUpdateMode.Merge);

    public static Task<Answer> DeleteAsync(this TestApp app, string operation, string? access) =>
        app.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/{operation}"), access);
}
