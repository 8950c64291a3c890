using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of sign-up.</summary>
public sealed class CrashMatrixSignUpTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    [Fact, Holds("G2")]
    public Task Register() =>
        RunAsync(_ => Task.FromResult(""), (address, _) => App.RegisterAsync(address), HttpStatusCode.Created, async (address, _, answer) =>
    {
        if (answer.Status is not HttpStatusCode.Created)
        {
            Assert.Equal(HttpStatusCode.Created, (await App.RegisterAsync(address)).Status);
        }

        await App.WaitForMailsAsync(address, 1);
        Assert.Equal(HttpStatusCode.OK, await ActivateWithAnyCodeAsync(address));
        Assert.InRange((await App.MailsAsync(address)).Count, 1, answer.Status is HttpStatusCode.Created ? 1 : 2);
        await AssertPasswordAsync(address, TestApp.Password);
    });

    [Fact, Holds("G2")]
    public Task Activate() => RunAsync(
        async address =>
        {
            await App.RegisterAsync(address);
            return await App.NextCodeAsync(address);
        },
        (username, code) => App.PostAsync("activate", new { username, code }),
        HttpStatusCode.OK,
        async (username, code, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username, code })).Status);
            await AssertPasswordAsync(username, TestApp.Password);
        });

    private async Task<HttpStatusCode> ActivateWithAnyCodeAsync(string username)
    {
        var status = HttpStatusCode.NotFound;
        for (var mails = 1; status is not HttpStatusCode.OK && mails <= 2; mails++)
        {
            status = (await App.PostAsync("activate", new { username, code = await App.NextCodeAsync(username, mails) })).Status;
        }

        return status;
    }
}
