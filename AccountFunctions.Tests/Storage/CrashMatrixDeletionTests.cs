using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of deletion, and its end.</summary>
public sealed class CrashMatrixDeletionTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task DeleteAccount() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => App.PostAsync("delete", new { password = TestApp.Password }, token),
        HttpStatusCode.OK,
        async (address, token, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Contains(
                    (await App.PostAsync("delete", new { password = TestApp.Password }, token)).Status,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized });
            }

            Assert.Equal("deletion_pending", (await App.LoginAsync(address)).Message);
        });

    [Fact, Holds("G2")]
    public Task RestoreAccount() => RunAsync(
        async address =>
        {
            var token = (await App.SignInAsync(address)).GetProperty("access").GetString();
            await App.PostAsync("delete", new { password = TestApp.Password }, token);
            return "";
        },
        (username, _) => App.PostAsync("restore", new { username, password = TestApp.Password }),
        HttpStatusCode.OK,
        async (username, _, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                await App.PostAsync("restore", new { username, password = TestApp.Password });
            }

            await AssertPasswordAsync(username, TestApp.Password);
        });
}
