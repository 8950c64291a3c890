using System.Net;
using System.Text.Json.Nodes;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of passkeys.</summary>
public sealed class CrashMatrixPasskeyTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    private readonly SoftAuthenticator authenticator = new() { Counter = 1 };

    [Fact, Holds("G2")]
    public Task AddPasskey() => RunAsync(
        async address =>
        {
            var access = (await App.SignInAsync(address)).GetProperty("access").GetString();
            var (options, state) = await App.BeginAsync("passkeys/options", access);
            return new JsonObject { ["access"] = access, ["state"] = state, ["credential"] = authenticator.Create(options) }.ToJsonString();
        },
        (_, prepared) => AddAsync(prepared),
        HttpStatusCode.OK,
        async (_, prepared, answer) =>
        {
            // The authenticator has made its passkey, so the same call again ends with that one.
            var access = JsonNode.Parse(prepared)!["access"]!.GetValue<string>();
            var again = await AddAsync(prepared);
            Assert.Equal(HttpStatusCode.OK, again.Status);
            if (answer.Status is HttpStatusCode.OK)
            {
                Assert.Equal(answer.Text, again.Text);
            }

            Assert.Single((await App.GetAsync("passkeys", access)).Data.EnumerateArray());
            Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
        });

    [Fact, Holds("G2")]
    public Task LoginWithPasskey() => RunAsync(
        async address =>
        {
            await App.SignInWithNewPasskeyAsync(address, authenticator);
            var (options, state) = await App.BeginAsync("login/passkey/options", null);
            return new JsonObject { ["state"] = state, ["credential"] = authenticator.Get(options) }.ToJsonString();
        },
        (_, prepared) => App.PostAsync("login/passkey", JsonNode.Parse(prepared)!),
        HttpStatusCode.OK,
        async (_, prepared, answer) =>
        {
            var again = await App.PostAsync("login/passkey", JsonNode.Parse(prepared)!);
            Assert.True(again.Message is "invalid_credential" || answer.Status is not HttpStatusCode.OK, again.Text);
            Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(authenticator)).Status);
        });

    [Fact, Holds("G2")]
    public Task RemovePasskey() => RunAsync(
        async address =>
        {
            var access = (await App.SignInWithNewPasskeyAsync(address, authenticator)).GetProperty("access").GetString();
            return $"{access} {(await App.GetAsync("passkeys", access)).Data[0].GetProperty("id").GetString()}";
        },
        (_, prepared) => RemoveAsync(prepared),
        HttpStatusCode.OK,
        async (_, prepared, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await RemoveAsync(prepared)).Status);
            Assert.Equal("invalid_credential", (await App.LoginWithPasskeyAsync(authenticator)).Message);
        });

    private Task<Answer> AddAsync(string prepared)
    {
        var body = JsonNode.Parse(prepared)!;
        return App.PostAsync("passkeys", body, body["access"]!.GetValue<string>());
    }

    private Task<Answer> RemoveAsync(string prepared)
    {
        var (access, id) = (prepared.Split(' ')[0], prepared.Split(' ')[1]);
        return App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/account/passkeys/{id}"), access);
    }
}
