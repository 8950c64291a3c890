using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of the second factor.</summary>
public sealed class CrashMatrixFactorTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    [Fact, Holds("G2")]
    public Task ConfirmTotp() => RunAsync(
        async address =>
        {
            var access = (await App.SignInAsync(address)).GetProperty("access").GetString();
            var secret = (await App.PostAsync("totp", new { password = TestApp.Password }, access)).Data.GetProperty("secret").GetString();
            return $"{access} {secret} {Authenticator.CodeOf(secret!, App.Time.GetUtcNow())}";
        },
        (_, state) => App.PostAsync("totp/confirm", new { code = state.Split(' ')[2] }, state.Split(' ')[0]),
        HttpStatusCode.OK,
        async (address, state, answer) =>
        {
            var again = answer.Status is HttpStatusCode.OK
                ? answer
                : await App.PostAsync("totp/confirm", new { code = state.Split(' ')[2] }, state.Split(' ')[0]);
            App.Time.Advance(Step);

            Assert.Equal(HttpStatusCode.OK, (await LoginAsync(address, again.Data.GetProperty("recovery_codes")[9].GetString())).Status);
            Assert.Equal(
                HttpStatusCode.OK,
                (await LoginAsync(address, CodeOf(state))).Status);
            Assert.Single(await App.AccountRowsAsync(address), row => row.GetString("Kind") == "totp_enabled");
        });

    [Fact, Holds("G2")]
    public Task Login() => RunAsync(
        EnrolAsync,
        (address, state) => LoginAsync(address, CodeOf(state)),
        HttpStatusCode.OK,
        async (address, state, _) =>
        {
            // The code may be used up, so the user waits for the next one.
            App.Time.Advance(Step);
            Assert.Equal(HttpStatusCode.OK, (await LoginAsync(address, CodeOf(state))).Status);
        });

    [Fact, Holds("G2")]
    public Task RemoveTotp() => RunAsync(
        EnrolAsync,
        (_, state) => RemoveAsync(state),
        HttpStatusCode.OK,
        async (address, state, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                App.Time.Advance(Step);
                Assert.Equal(HttpStatusCode.OK, (await RemoveAsync(state)).Status);
            }

            await AssertPasswordAsync(address, TestApp.Password);
            Assert.Single(await App.AccountRowsAsync(address), row => row.GetString("Kind") == "totp_removed");
        });

    private async Task<string> EnrolAsync(string address)
    {
        var enrolled = await App.EnrolAsync(address);
        App.Time.Advance(Step);
        return $"{enrolled.Access} {enrolled.Secret}";
    }

    private string CodeOf(string state) => Authenticator.CodeOf(state.Split(' ')[1], App.Time.GetUtcNow());

    private Task<Answer> LoginAsync(string address, string? otp) =>
        App.PostAsync("login", new { username = address, password = TestApp.Password, otp });

    private Task<Answer> RemoveAsync(string state) =>
        App.PostAsync("totp/remove", new { password = TestApp.Password, otp = CodeOf(state) }, state.Split(' ')[0]);
}
