using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of changes of the account.</summary>
public sealed class CrashMatrixProfileTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task UpdateDetails() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => App.PostAsync("details", new { job = "analyst" }, token),
        HttpStatusCode.OK,
        async (_, token, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("details", new { bio = "x" }, token)).Status);
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("details", new { job = "analyst" }, token)).Status);
            Assert.Equal(("analyst", "x"), (
                (await App.GetAsync("details", token)).Data.GetProperty("job").GetString(),
                (await App.GetAsync("details", token)).Data.GetProperty("bio").GetString()));
        });

    [Fact, Holds("G2")]
    public Task ChangeEmail() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        (address, token) => App.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token),
        HttpStatusCode.OK,
        async (address, token, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                // Two requests at one tick would have one mail.
                App.Time.Advance(TimeSpan.FromMilliseconds(1));
                Assert.Equal(
                    HttpStatusCode.OK,
                    (await App.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token)).Status);
            }

            var tried = new HashSet<string>();
            for (var mails = 1; ; mails++)
            {
                var code = await App.NextCodeAsync($"new-{address}", mails);
                if (tried.Add(code) && (await App.PostAsync("email/confirm", new { code }, token)).Status is HttpStatusCode.OK)
                {
                    break;
                }
            }

            await AssertPasswordAsync($"new-{address}", TestApp.Password);
        });
}
