using System.Net;
using AccountFunctions.Tests.Identities;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of identities: the first sign-in, linking and unlinking.</summary>
public sealed class CrashMatrixIdentityTests(AzuriteFixture azurite) : CrashMatrixTests(azurite), IClassFixture<Issuers>
{
    protected override Dictionary<string, string?> Settings => Issuers.Current.Settings();

    [Fact, Holds("G2", "J12")]
    public Task FirstSignIn() => RunAsync(
        _ => Task.FromResult(""),
        (address, _) => LoginAsync(address),
        HttpStatusCode.OK,
        async (address, _, _) =>
        {
            var login = await LoginAsync(address);
            Assert.Equal((HttpStatusCode.OK, address), (login.Status, UsernameOf(login)));
            await App.WaitForMailsAsync(address, 1);
        },
        leavesAccounts: true);

    [Fact, Holds("G2", "J12")]
    public Task LinkIdentity() => RunAsync(
        async address => (await App.SignInAsync(address)).GetProperty("access").GetString()!,
        LinkAsync,
        HttpStatusCode.OK,
        async (address, access, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await LinkAsync(address, access)).Status);
            Assert.Equal(address, UsernameOf(await LoginAsync(address)));
        });

    [Fact, Holds("G2", "J14")]
    public Task UnlinkIdentity() => RunAsync(
        async address =>
        {
            var access = (await App.SignInAsync(address)).GetProperty("access").GetString()!;
            await LinkAsync(address, access);
            return access;
        },
        (_, access) => UnlinkAsync(access),
        HttpStatusCode.OK,
        async (address, access, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await UnlinkAsync(access)).Status);
            Assert.Equal("account_exists", (await LoginAsync(address)).Message);
            Assert.Equal(HttpStatusCode.OK, (await LinkAsync(address, access)).Status);
        });

    private static string? UsernameOf(Answer login) => login.Data.GetProperty("user").GetProperty("username").GetString();

    private string Token(string address) => Issuers.Current.Acme.Token(App.Time.GetUtcNow(), $"subject of {address}", address);

    private Task<Answer> LoginAsync(string address) =>
        App.PostAsync("login/external", new { provider = "acme", id_token = Token(address) });

    private Task<Answer> LinkAsync(string address, string access) =>
        App.PostAsync("identities", new { provider = "acme", id_token = Token(address), password = TestApp.Password }, access);

    private Task<Answer> UnlinkAsync(string access) =>
        App.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/account/identities/acme"), access);
}
