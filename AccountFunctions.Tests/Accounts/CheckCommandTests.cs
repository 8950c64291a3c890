using System.Net;
using System.Text;
using System.Xml.Linq;
using Operations.Checks;

namespace AccountFunctions.Tests.Accounts;

/// <summary>The command line for operators who check a deployment with a test address.</summary>
[SharedApp]
public sealed class CheckCommandTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Code = "271828";
    private static int addresses;
    private readonly string file = Path.GetTempFileName();

    private string Address { get; } = $"check{Interlocked.Increment(ref addresses)}@example.com";

    private string Url => $"{App.Client.BaseAddress}api";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage, new()
    {
        ["Accounts:TestAddresses"] = string.Join(',', Enumerable.Range(1, 40).Select(i => $"check{i}@example.com={Code}")),
    });

    public override async ValueTask DisposeAsync()
    {
        File.Delete(file);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_healthy_deployment_passes_again_and_again()
    {
        var first = await RunAsync();
        Assert.True(first.ExitCode == 0, first.Text);
        Assert.DoesNotContain("FAILED", first.Text, StringComparison.Ordinal);
        Assert.Contains("\nok      activates with the right code, unless the account exists\n", first.Text, StringComparison.Ordinal);
        Assert.EndsWith("ok      deletes the account\nok      sends its headers with every answer\n", Checks(first.Text));
        Assert.Equal("deletion_pending", (await App.LoginAsync(Address, UsualPassword())).Message);

        var second = await RunAsync();
        Assert.True(second.ExitCode == 0, second.Text);
        Assert.Contains("\nok      restores the account of an earlier run\n", second.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("registers", second.Text, StringComparison.Ordinal);
        await App.DrainAsync();
        Assert.Empty(await App.MailsAsync(Address));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task An_account_that_others_have_left_is_taken_over(int minutes)
    {
        await App.RegisterAsync(Address);
        await App.PostAsync("activate", new { username = Address, code = Code });
        App.Time.Advance(TimeSpan.FromMinutes(minutes));
        var (exitCode, text) = await RunAsync();

        Assert.True(exitCode == 0, text);
        Assert.Contains("\nok      sets the password of the account that exists\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_others_have_left_to_be_deleted_is_taken_over()
    {
        await App.RegisterAsync(Address);
        await App.PostAsync("activate", new { username = Address, code = Code });
        var access = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString();
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", new { password = TestApp.Password }, access)).Status);
        var (exitCode, text) = await RunAsync();

        Assert.True(exitCode == 0, text);
    }

    [Fact]
    public async Task A_registration_of_others_that_waits_is_taken_over()
    {
        await App.RegisterAsync(Address);
        var (exitCode, text) = await RunAsync();

        Assert.True(exitCode == 0, text);
        Assert.Contains("\nok      sets the password of the account that exists\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_results_are_also_well_formed_junit()
    {
        var (_, text) = await RunAsync(
            Broken("login", answer => answer.Replace("invalid_credentials", "<no>\\u001b", StringComparison.Ordinal)));
        var suite = XDocument.Load(file).Root!;
        var failures = suite.Descendants("failure").ToList();

        Assert.Equal("testsuite", suite.Name.LocalName);
        Assert.NotEmpty(failures);
        Assert.Equal($"{failures.Count}", suite.Attribute("failures")!.Value);
        Assert.Equal($"{suite.Elements("testcase").Count()}", suite.Attribute("tests")!.Value);
        Assert.EndsWith($"{suite.Elements("testcase").Count() - failures.Count} passed, {failures.Count} failed\n", text);
        Assert.Contains(failures, failure => failure.Attribute("message")!.Value.Contains("<no> ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("health/ready", "\"success\"", "\"failure\"", "reaches its storage: ")]
    [InlineData("openid-configuration", "/api\"", "/api2\"", "publishes a discovery document: jwks_uri is ")]
    [InlineData("openid-configuration", "localhost", "elsewhere", "issues an access token that others can validate: it is not valid")]
    [InlineData("jwks.json", "\"x\":", "\"d\":\"\",\"x\":", "publishes its keys, and of them the public part only: ")]
    [InlineData("details", "\"bio\":", "\"oib\":", "shows the details: a member is missing")]
    [InlineData("register", "\"message\":null", "\"message\":\"\"", "registers: a success has a message")]
    [InlineData("activate", "invalid_code", "invalid", "activates with no wrong code: the message is invalid instead of invalid_code")]
    [InlineData("forgot", "\"data\":null", "\"data\":{}", "resets no password with a wrong code: a refusal has data")]
    [InlineData("delete", "deletes_at", "deletes", "plans the deletion, and ends every session: deletes_at is missing")]
    [InlineData("sessions", "true", "false", "lists the sessions: not one of them is the current one")]
    public async Task A_deployment_that_breaks_a_promise_fails_with_its_line(string path, string promised, string instead, string line)
    {
        var (exitCode, text) = await RunAsync(Broken(path, answer => answer.Replace(promised, instead, StringComparison.Ordinal)));

        Assert.Equal(1, exitCode);
        Assert.Contains($"\nFAILED  {line}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_that_forgets_a_header_fails()
    {
        var (exitCode, text) = await RunAsync(Broken("logout", answer => answer, "X-Content-Type-Options"));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "\nFAILED  sends its headers with every answer: POST account/logout (200) without X-Content-Type-Options\n",
            text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outbox", "FAILED  is alive: status 404")]
    [InlineData(null, "FAILED  is alive: ")]
    public async Task A_wrong_address_of_the_deployment_fails_at_once(string? path, string line)
    {
        var url = path is null ? $"http://127.0.0.1:{Ports.Free()}/api" : $"{App.Client.BaseAddress}{path}";
        using var client = new HttpClient();
        var (exitCode, text) = await RunAsync(client, url);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(line, text, StringComparison.Ordinal);
        Assert.EndsWith("\n0 passed, 1 failed\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_no_test_address_is_left_alone()
    {
        var address = NewAddress();
        await App.ActivateAsync(address);
        var (exitCode, text) = await RunAsync(App.Client, Url, address);

        Assert.Equal(1, exitCode);
        Assert.Contains("\nFAILED  sets the password of the account that exists: ", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(address)).Status);
    }

    [Theory]
    [InlineData]
    [InlineData("--base-url", "https://a.example/api", "--username", "check@example.com")]
    [InlineData("--base-url", "https://a.example/api", "--username", "check", "--code", "123456")]
    [InlineData("--base-url", "https://a.example/api", "--username", "check@example.com", "--code", "12345x")]
    [InlineData("--base-url", "http://a.example/api", "--username", "check@example.com", "--code", "123456")]
    [InlineData("--base-url", "https://a.example/api", "--username", "check@example.com", "--code", "123456", "--all")]
    public async Task A_command_that_makes_no_sense_shows_the_usage(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };

        Assert.Equal(2, await new CheckCommand(App.Client, output, App.Time, WaitAsync).RunAsync(args, default));
        Assert.Equal(CheckCommand.Usage + "\n", output.ToString());
    }

    private static string Checks(string text) => text[..(text.TrimEnd('\n').LastIndexOf('\n') + 1)];

    private string UsualPassword() =>
        new CheckedAccount(new CheckClient(App.Client, Url, WaitAsync, default), new CheckOptions(Url, Address, Code, null)).UsualPassword;

    private async Task<(int ExitCode, string Text)> RunAsync() => await RunAsync(App.Client, Url);

    private async Task<(int ExitCode, string Text)> RunAsync(HttpMessageHandler handler)
    {
        using var client = new HttpClient(handler);
        return await RunAsync(client, Url);
    }

    private async Task<(int ExitCode, string Text)> RunAsync(HttpClient client, string url, string? address = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var command = new CheckCommand(client, output, App.Time, WaitAsync);
        string[] args = ["--base-url", url, "--username", address ?? Address, "--code", Code, "--junit", file];
        return (await command.RunAsync(args, default), output.ToString());
    }

    private Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        App.Time.Advance(time);
        return Task.CompletedTask;
    }

    private static BrokenServer Broken(string path, Func<string, string> change, string? header = null) => new(path, change, header);

    /// <summary>A deployment that answers one path otherwise.</summary>
    private sealed class BrokenServer(string path, Func<string, string> change, string? header)
        : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith(path, StringComparison.Ordinal))
            {
                answer.Content = new StringContent(
                    change(await answer.Content.ReadAsStringAsync(cancellationToken)), Encoding.UTF8, "application/json");
                answer.Headers.Remove(header ?? "none");
            }

            return answer;
        }
    }
}
