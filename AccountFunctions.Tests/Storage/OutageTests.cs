using System.Net;
using AccountFunctions.Functions;
using AccountFunctions.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Storage;

public sealed class OutageTests(AzuriteFixture azurite)
{
    [Theory, Holds("C5", "S9", "G9", "G10")]
    [InlineData(StorageProxy.Mode.Refusing, 5)]
    [InlineData(StorageProxy.Mode.Hanging, 10)]
    public async Task While_storage_is_away_every_operation_answers_503_in_time_and_afterwards_as_before(
        StorageProxy.Mode outage, int seconds)
    {
        await using var proxy = StorageProxy.Start(azurite.NewStorage());
        await using var app = await TestApp.StartAsync(
            proxy.Storage, configure: services => services.AddSingleton(RequestLimit.Default).AddSingleton(StorageTimeout.Default));
        var login = await app.SignInAsync("ada@example.com");
        var (access, refresh) = (login.GetProperty("access").GetString(), login.GetProperty("refresh").GetString());
        proxy.Switch(outage);

        var answers = await Task.WhenAll(
            app.RegisterAsync("eve@example.com"),
            app.LoginAsync("ada@example.com"),
            app.LoginAsync("ada@example.com", "a wrong password"),
            app.PostAsync("activate", new { username = "ada@example.com", code = "123456" }),
            app.PostAsync("code", new { username = "ada@example.com" }),
            app.PostAsync("forgot", new { username = "ada@example.com", code = "123456", new_password = "green tractor 78" }),
            app.PostAsync("refresh", new { refresh }),
            app.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, access),
            app.PostAsync("details", new { job = "x" }, access),
            app.PostAsync("logout", new { all = true }, access),
            app.GetAsync("details", access),
            app.GetAsync("sessions", access),
            app.GetAsync("../health/ready")).WaitAsync(TimeSpan.FromSeconds(seconds));

        Assert.All(answers, answer => Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "unavailable", "1"), (answer.Status, answer.Message, answer.Headers["Retry-After"])));

        proxy.Switch(StorageProxy.Mode.Open);
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync("ada@example.com")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("details", access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("refresh", new { refresh })).Status);
        Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync("eve@example.com")).Status);
        Assert.Single(await app.WaitForMailsAsync("eve@example.com", 1));
    }

    [Fact, Holds("G10")]
    public async Task An_answer_that_comes_too_late_is_a_lost_one()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        await using var app = await TestApp.StartAsync(
            proxy.Storage, configure: services => services.AddSingleton(StorageTimeout.Default));
        proxy.Strike(StorageFault.Late, 0, among: IsCommit);
        Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync("ada@example.com")).Status);
        Assert.True(proxy.Struck);
        var code = await app.NextCodeAsync("ada@example.com");
        proxy.Strike(StorageFault.Late, 1, among: IsCommit);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("activate", new { username = "ada@example.com", code })).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync("ada@example.com")).Status);

        static bool IsCommit(HttpRequest request) => request.Path.Value!.EndsWith("$batch", StringComparison.Ordinal);
    }
}
