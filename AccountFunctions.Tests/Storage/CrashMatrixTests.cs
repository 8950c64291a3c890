using System.Diagnostics;
using System.Net;

namespace AccountFunctions.Tests.Storage;

/// <summary>
/// Every call that an operation makes to storage goes wrong in every way. The answer is the usual one or 503; after that the client tries
/// again and comes to the end of its flow, with one account, one password and no mail too many.
/// </summary>
public sealed class CrashMatrixTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string NewPassword = "green tractor 78";

    // A fault that strikes once is mended by the storage client's second try; one that strikes twice fails the operation. These four meet
    // every path; STRESS=1 tries all.
    private static readonly (StorageFault Fault, int Times)[] Faults = Environment.GetEnvironmentVariable("STRESS") is null
        ? [(StorageFault.AnswerLost, 1), (StorageFault.BusyAfterwards, 2), (StorageFault.Lost, 2), (StorageFault.Twice, 1)]
        : [.. Enum.GetValues<StorageFault>().Where(fault => fault is not StorageFault.Late).SelectMany(
            fault => new[] { (fault, 1), (fault, 2) })];

    private FaultProxy proxy = null!;
    private TestApp app = null!;
    private int cases;

    public async ValueTask InitializeAsync()
    {
        proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        app = await TestApp.StartAsync(proxy.Storage, new()
        {
            ["Passwords:MemoryKiB"] = "1024",
            ["Passwords:Iterations"] = "1",
            ["Throttle:ResendCooldown"] = "00:00:00",
            ["Throttle:MailsPerHour"] = "1000",
            ["Throttle:MailsPerDay"] = "50",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Fact, Holds("G2")]
    public Task Register() =>
        RunAsync(_ => Task.FromResult(""), (address, _) => app.RegisterAsync(address), HttpStatusCode.Created, async (address, _, answer) =>
    {
        if (answer.Status is not HttpStatusCode.Created)
        {
            Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync(address)).Status);
        }

        await app.WaitForMailsAsync(address, 1);
        Assert.Equal(HttpStatusCode.OK, await ActivateWithAnyCodeAsync(address));
        Assert.InRange((await app.MailsAsync(address)).Count, 1, answer.Status is HttpStatusCode.Created ? 1 : 2);
        await AssertPasswordAsync(address, TestApp.Password);
    });

    [Fact, Holds("G2")]
    public Task Activate() => RunAsync(
        async address =>
        {
            await app.RegisterAsync(address);
            return await app.NextCodeAsync(address);
        },
        (username, code) => app.PostAsync("activate", new { username, code }),
        HttpStatusCode.OK,
        async (username, code, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("activate", new { username, code })).Status);
            await AssertPasswordAsync(username, TestApp.Password);
        });

    [Fact, Holds("G2")]
    public Task Login() => RunAsync(
        async address =>
        {
            await app.ActivateAsync(address);
            return "";
        },
        (address, _) => app.LoginAsync(address),
        HttpStatusCode.OK,
        async (address, _, _) => await AssertPasswordAsync(address, TestApp.Password));

    [Fact, Holds("G2")]
    public Task Refresh() => RunAsync(
        async address => (await app.SignInAsync(address)).GetProperty("refresh").GetString()!,
        (_, refresh) => app.PostAsync("refresh", new { refresh }),
        HttpStatusCode.OK,
        async (_, refresh, answer) =>
        {
            var again = answer.Status is HttpStatusCode.OK ? answer : await app.PostAsync("refresh", new { refresh });
            Assert.Equal(HttpStatusCode.OK, again.Status);
            Assert.Equal(
                HttpStatusCode.OK,
                (await app.PostAsync("refresh", new { refresh = again.Data.GetProperty("refresh").GetString() })).Status);
        });

    [Fact, Holds("G2")]
    public Task Code() => RunAsync(
        async address =>
        {
            await app.ActivateAsync(address);
            return "";
        },
        (username, _) => app.PostAsync("code", new { username }),
        HttpStatusCode.OK,
        async (username, _, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("code", new { username })).Status);
            }

            await ResetAsync(username);
            await AssertPasswordAsync(username, NewPassword);
        });

    [Fact, Holds("G2")]
    public Task ResetPassword() => RunAsync(
        async username =>
        {
            await app.ActivateAsync(username);
            await app.PostAsync("code", new { username });
            return await app.NextCodeAsync(username, 2);
        },
        (username, code) => app.PostAsync("forgot", new { username, code, new_password = NewPassword }),
        HttpStatusCode.OK,
        async (username, code, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("forgot", new { username, code, new_password = NewPassword })).Status);
            await AssertPasswordAsync(username, NewPassword);
            Assert.Equal(HttpStatusCode.BadRequest, (await app.LoginAsync(username)).Status);
        });

    [Fact, Holds("G2")]
    public Task ChangePassword() => RunAsync(
        async address => (await app.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => app.PostAsync("password", new { password = TestApp.Password, new_password = NewPassword }, token),
        HttpStatusCode.OK,
        async (address, _, answer) =>
        {
            var changed = (await app.LoginAsync(address, NewPassword)).Status is HttpStatusCode.OK;
            Assert.True(changed || answer.Status is not HttpStatusCode.OK);
            await AssertPasswordAsync(address, changed ? NewPassword : TestApp.Password);
        });

    [Fact, Holds("G2")]
    public Task UpdateDetails() => RunAsync(
        async address => (await app.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => app.PostAsync("details", new { job = "analyst" }, token),
        HttpStatusCode.OK,
        async (_, token, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("details", new { bio = "x" }, token)).Status);
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("details", new { job = "analyst" }, token)).Status);
            Assert.Equal(("analyst", "x"), (
                (await app.GetAsync("details", token)).Data.GetProperty("job").GetString(),
                (await app.GetAsync("details", token)).Data.GetProperty("bio").GetString()));
        });

    [Theory, Holds("G2")]
    [InlineData(true)]
    [InlineData(false)]
    public Task Logout(bool all) => RunAsync(
        async address =>
        {
            var login = await app.SignInAsync(address);
            return login.GetProperty("access").GetString() + " " + login.GetProperty("refresh").GetString();
        },
        (_, tokens) => app.PostAsync("logout", new { all }, tokens.Split(' ')[0]),
        HttpStatusCode.OK,
        async (_, tokens, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Contains(
                    (await app.PostAsync("logout", new { all }, tokens.Split(' ')[0])).Status,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized });
            }

            Assert.Equal(HttpStatusCode.Unauthorized, (await app.PostAsync("refresh", new { refresh = tokens.Split(' ')[1] })).Status);
        });

    [Fact, Holds("G2")]
    public Task ChangeEmail() => RunAsync(
        async address => (await app.SignInAsync(address)).GetProperty("access").GetString()!,
        (address, token) => app.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token),
        HttpStatusCode.OK,
        async (address, token, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                // Two requests at one tick would have one mail.
                app.Time.Advance(TimeSpan.FromMilliseconds(1));
                Assert.Equal(
                    HttpStatusCode.OK,
                    (await app.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token)).Status);
            }

            var tried = new HashSet<string>();
            for (var mails = 1; ; mails++)
            {
                var code = await app.NextCodeAsync($"new-{address}", mails);
                if (tried.Add(code) && (await app.PostAsync("email/confirm", new { code }, token)).Status is HttpStatusCode.OK)
                {
                    break;
                }
            }

            await AssertPasswordAsync($"new-{address}", TestApp.Password);
        });

    [Fact, Holds("G2")]
    public Task ConfirmEmail() => RunAsync(
        async address =>
        {
            var token = (await app.SignInAsync(address)).GetProperty("access").GetString();
            await app.PostAsync("email", new { password = TestApp.Password, username = $"new-{address}" }, token);
            return $"{token} {await app.NextCodeAsync($"new-{address}")}";
        },
        (_, state) => app.PostAsync("email/confirm", new { code = state.Split(' ')[1] }, state.Split(' ')[0]),
        HttpStatusCode.OK,
        async (address, state, _) =>
        {
            Assert.Equal(
                HttpStatusCode.OK, (await app.PostAsync("email/confirm", new { code = state.Split(' ')[1] }, state.Split(' ')[0])).Status);
            await AssertPasswordAsync($"new-{address}", TestApp.Password);
            Assert.Equal("invalid_credentials", (await app.LoginAsync(address)).Message);
        });

    [Fact, Holds("G2")]
    public Task DeleteAccount() => RunAsync(
        async address => (await app.SignInAsync(address)).GetProperty("access").GetString()!,
        (_, token) => app.PostAsync("delete", new { password = TestApp.Password }, token),
        HttpStatusCode.OK,
        async (address, token, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                Assert.Contains(
                    (await app.PostAsync("delete", new { password = TestApp.Password }, token)).Status,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized });
            }

            Assert.Equal("deletion_pending", (await app.LoginAsync(address)).Message);
        });

    [Fact, Holds("G2")]
    public Task RestoreAccount() => RunAsync(
        async address =>
        {
            var token = (await app.SignInAsync(address)).GetProperty("access").GetString();
            await app.PostAsync("delete", new { password = TestApp.Password }, token);
            return "";
        },
        (username, _) => app.PostAsync("restore", new { username, password = TestApp.Password }),
        HttpStatusCode.OK,
        async (username, _, answer) =>
        {
            if (answer.Status is not HttpStatusCode.OK)
            {
                await app.PostAsync("restore", new { username, password = TestApp.Password });
            }

            await AssertPasswordAsync(username, TestApp.Password);
        });

    [Fact, Holds("G10")]
    public async Task An_answer_that_comes_too_late_is_a_lost_one()
    {
        proxy.Strike(StorageFault.Late, 0, among: request => request.Path.Value!.EndsWith("$batch", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, (await app.RegisterAsync("ada@example.com")).Status);
        Assert.True(proxy.Struck);
        var code = await app.NextCodeAsync("ada@example.com");
        proxy.Strike(StorageFault.Late, 1, among: request => request.Path.Value!.EndsWith("$batch", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("activate", new { username = "ada@example.com", code })).Status);
        await AssertPasswordAsync("ada@example.com", TestApp.Password);
    }

    private async Task RunAsync(
        Func<string, Task<string>> prepare,
        Func<string, string, Task<Answer>> operate,
        HttpStatusCode success,
        Func<string, string, Answer, Task> recover)
    {
        foreach (var (fault, times) in Faults)
        {
            for (var call = 0; ; call++)
            {
                var address = $"user{cases++}@example.com";
                var state = await prepare(address);
                Answer answer;
                using (var activity = new Activity("case").Start())
                {
                    var trace = activity.TraceId.ToHexString();
                    proxy.Strike(
                        fault, call, times, request => request.Headers.TraceParent.ToString().Contains(trace, StringComparison.Ordinal));
                    answer = await operate(address, state);
                }

                var name = $"{fault} {times}× at call {call}";
                Assert.True(
                    answer.Status == success || (answer.Status is HttpStatusCode.ServiceUnavailable && answer.Message == "unavailable"),
                    $"{name}: {answer.Text}");
                var struck = proxy.Struck;
                proxy.Strike(fault, 0, 0);
                try
                {
                    await recover(address, state, answer);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(name, e);
                }

                if (!struck)
                {
                    Assert.True(call > 0, "No call was met.");
                    break;
                }
            }
        }

        var claims = (await app.RowsAsync("Addresses"))
            .Where(row => row.RowKey == "account")
            .Select(row => row.GetString("AccountId"))

            // The address before a change stays claimed for a while.
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        var accounts = (await app.RowsAsync("Accounts"))
            .Where(row => row.RowKey == "account")
            .Select(row => row.PartitionKey)
            .Order(StringComparer.Ordinal);
        Assert.Equal(cases, claims.Count);
        Assert.Equal(claims, accounts);
    }

    private async Task<HttpStatusCode> ActivateWithAnyCodeAsync(string username)
    {
        var status = HttpStatusCode.NotFound;
        for (var mails = 1; status is not HttpStatusCode.OK && mails <= 2; mails++)
        {
            status = (await app.PostAsync("activate", new { username, code = await app.NextCodeAsync(username, mails) })).Status;
        }

        return status;
    }

    private async Task ResetAsync(string username)
    {
        var tried = new HashSet<string>();
        for (var tries = 0; tries < 100; tries++)
        {
            var code = (await app.MailsAsync(username))
                .LastOrDefault(mail => mail.Subject.Contains("reset code", StringComparison.Ordinal))?.Subject.Split(' ')[0];
            if (code is not null
                && tried.Add(code)
                && (await app.PostAsync("forgot", new { username, code, new_password = NewPassword })).Status is HttpStatusCode.OK)
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("No code is good.");
    }

    private async Task AssertPasswordAsync(string address, string password) =>
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(address, password)).Status);
}
