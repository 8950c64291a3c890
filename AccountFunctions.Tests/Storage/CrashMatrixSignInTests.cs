using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of sign-in and what follows it.</summary>
public sealed class CrashMatrixSignInTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task Login() => RunAsync(
        async address =>
        {
            await App.ActivateAsync(address);
            return "";
        },
        (address, _) => App.LoginAsync(address),
        HttpStatusCode.OK,
        async (address, _, _) => await AssertPasswordAsync(address, TestApp.Password));

    [Fact, Holds("G2")]
    public Task Refresh() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("refresh").GetString()!,
        (_, refresh) => App.PostAsync("refresh", new { refresh }),
        HttpStatusCode.OK,
        async (_, refresh, answer) =>
        {
            var again = answer.Status is HttpStatusCode.OK ? answer : await App.PostAsync("refresh", new { refresh });
            Assert.Equal(HttpStatusCode.OK, again.Status);
            Assert.Equal(
                HttpStatusCode.OK,
                (await App.PostAsync("refresh", new { refresh = again.Data.GetProperty("refresh").GetString() })).Status);
        });

    [Theory, Holds("G2")]
    [InlineData(true)]
    [InlineData(false)]
    public Task Logout(bool all) => RunAsync(
        async address =>
        {
            var login = await App.SignInAsync(address);
            return login.GetProperty("access").GetString() + " " + login.GetProperty("refresh").GetString();
        },
        (_, tokens) => App.PostAsync("logout", new { all }, tokens.Split(' ')[0]),
        HttpStatusCode.OK,
        async (_, tokens, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Contains(
                    (await App.PostAsync("logout", new { all }, tokens.Split(' ')[0])).Status,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized });
            }

            Assert.Equal(HttpStatusCode.Unauthorized, (await App.PostAsync("refresh", new { refresh = tokens.Split(' ')[1] })).Status);
        });
}
