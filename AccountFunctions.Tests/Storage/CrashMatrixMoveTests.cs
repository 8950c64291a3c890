using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of a move to another address, which makes the most calls to storage.</summary>
public sealed class CrashMatrixMoveTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task ConfirmEmail() => RunAsync(
        async address =>
        {
            var token = (await App.SignInAsync(address)).GetProperty("access").GetString();
            await App.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token);
            return $"{token} {await App.NextCodeAsync($"new-{address}")}";
        },
        (_, state) => App.PostAsync("email/confirm", new { code = state.Split(' ')[1] }, state.Split(' ')[0]),
        HttpStatusCode.OK,
        async (address, state, _) =>
        {
            Assert.Equal(
                HttpStatusCode.OK, (await App.PostAsync("email/confirm", new { code = state.Split(' ')[1] }, state.Split(' ')[0])).Status);
            await AssertPasswordAsync($"new-{address}", TestApp.Password);
            Assert.Equal("invalid_credentials", (await App.LoginAsync(address)).Message);
        });
}
