using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of codes that set a password.</summary>
public sealed class CrashMatrixResetTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task ResetPassword() => RunAsync(
        async username =>
        {
            await App.ActivateAsync(username);
            await App.PostAsync("code", new { username });
            return await App.NextCodeAsync(username, 2);
        },
        (username, code) => App.PostAsync("forgot", new { username, code, new_password = NewPassword }),
        HttpStatusCode.OK,
        async (username, code, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("forgot", new { username, code, new_password = NewPassword })).Status);
            await AssertPasswordAsync(username, NewPassword);
            Assert.Equal(HttpStatusCode.BadRequest, (await App.LoginAsync(username)).Status);
        });

    [Fact, Holds("G2")]
    public Task ResetPasswordOfADevice() => RunAsync(
        async username =>
        {
            var device = (await App.SignInAsync(username)).GetProperty("device").GetString();
            await App.PostAsync("code", new { username, device });
            return $"{await App.NextCodeAsync(username, 2)} {device}";
        },
        ResetWithDeviceAsync,
        HttpStatusCode.OK,
        async (username, state, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await ResetWithDeviceAsync(username, state)).Status);
            var device = state.Split(' ')[1];
            var login = await App.PostAsync("login", new { username, password = NewPassword, device });
            Assert.Equal(device, login.Data.GetProperty("device").GetString());
        });

    [Fact, Holds("G2")]
    public Task TakeBack() => RunAsync(
        async username =>
        {
            var token = (await App.SignInAsync(username)).GetProperty("access").GetString();
            await App.PostAsync("email", new { password = TestApp.Password, username = $"new-{username}" }, token);
            await App.PostAsync("email/confirm", new { code = await App.NextCodeAsync($"new-{username}") }, token);
            return await App.TakeBackCodeAsync(username);
        },
        (username, code) => App.PostAsync("forgot", new { username, code, new_password = NewPassword }),
        HttpStatusCode.OK,
        async (username, code, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("forgot", new { username, code, new_password = NewPassword })).Status);
            await AssertPasswordAsync(username, NewPassword);
            Assert.Equal("invalid_credentials", (await App.LoginAsync($"new-{username}", NewPassword)).Message);
        });

    private Task<Answer> ResetWithDeviceAsync(string username, string state) => App.PostAsync(
        "forgot", new { username, code = state.Split(' ')[0], new_password = NewPassword, device = state.Split(' ')[1] });
}
