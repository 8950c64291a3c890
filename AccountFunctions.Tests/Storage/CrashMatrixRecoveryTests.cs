using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of forgotten and changed passwords.</summary>
public sealed class CrashMatrixRecoveryTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task Code() => RunAsync(
        async address =>
        {
            await App.ActivateAsync(address);
            return "";
        },
        (username, _) => App.PostAsync("code", new { username }),
        HttpStatusCode.OK,
        async (username, _, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("code", new { username })).Status);
            }

            await ResetAsync(username);
            await AssertPasswordAsync(username, NewPassword);
        });

    [Fact, Holds("G2")]
    public Task ChangePassword() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => App.PostAsync("password", new { password = TestApp.Password, new_password = NewPassword }, token),
        HttpStatusCode.OK,
        async (address, _, answer) =>
        {
            var changed = (await App.LoginAsync(address, NewPassword)).Status is HttpStatusCode.OK;
            Assert.True(changed || answer.Status is not HttpStatusCode.OK);
            await AssertPasswordAsync(address, changed ? NewPassword : TestApp.Password);
        });

    private async Task ResetAsync(string username)
    {
        var tried = new HashSet<string>();
        for (var tries = 0; tries < 100; tries++)
        {
            var code = (await App.MailsAsync(username)).Where(mail => mail.Subject.Contains("reset code", StringComparison.Ordinal))
                .Select(mail => mail.Subject.Split(' ')[0]).LastOrDefault(word => !tried.Contains(word));
            if (code is not null
                && tried.Add(code)
                && (await App.PostAsync("forgot", new { username, code, new_password = NewPassword })).Status is HttpStatusCode.OK)
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("No code is good.");
    }
}
