using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using LocalHost;

namespace Delivery.Tests.LocalHost;

/// <summary>Host and app in processes of their own, as a person at a terminal runs them.</summary>
public sealed class ProcessTests(AzuriteFixture azurite)
{
    private const string Address = "ada@example.com";
    private static readonly string[] Libraries = ["Azure.Data.Tables", "Fido2", "Otp.NET", "Microsoft.IdentityModel.Protocols"];

    [Fact]
    public async Task A_user_signs_up_and_out_and_Ctrl_C_ends_both_processes()
    {
        using var app = await LocalApp.StartAsync(Settings());
        var address = new { username = Address, password = TestApp.Password, password1 = TestApp.Password, password2 = TestApp.Password };
        Assert.Equal(201, (await app.PostAsync("register", address)).Status);
        Assert.Equal(200, (await app.PostAsync("activate", new { username = Address, code = await CodeAsync(app) })).Status);
        var login = await app.PostAsync("login", address);
        Assert.Equal(200, login.Status);
        Assert.Equal(200, (await app.PostAsync("logout", new { all = true }, login.Data.GetProperty("access").GetString())).Status);
        Assert.Equal(401, (await app.PostAsync("refresh", new { refresh = login.Data.GetProperty("refresh").GetString() })).Status);
        var worker = Process.GetProcessById(app.WorkerProcessId);

        await app.StopAsync();

        Assert.True(worker.HasExited);
    }

    [Fact]
    public async Task The_libraries_of_ways_in_are_loaded_by_the_first_request_that_needs_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux says which files a process has loaded.");
        using var app = await LocalApp.StartAsync(Settings());
        async Task<string[]> LoadedAsync()
        {
            var files = await File.ReadAllTextAsync($"/proc/{app.WorkerProcessId}/maps");
            return [.. Libraries.Where(files.Contains)];
        }

        await app.PostAsync("register", new { username = Address, password1 = TestApp.Password, password2 = TestApp.Password });
        await app.PostAsync("activate", new { username = Address, code = await CodeAsync(app) });
        var login = await app.PostAsync("login", new { username = Address, password = TestApp.Password });
        var access = login.Data.GetProperty("access").GetString();
        var begun = (await app.PostAsync("passkeys/options", new { password = TestApp.Password }, access)).Data;
        Assert.Equal(["Azure.Data.Tables"], await LoadedAsync());
        await app.PostAsync(
            "passkeys",
            new
            {
                state = begun.GetProperty("state").GetString(),
                credential = new SoftAuthenticator().Create(begun.GetProperty("options")),
            },
            access);
        Assert.Equal(["Azure.Data.Tables", "Fido2"], await LoadedAsync());
        await app.PostAsync("totp", new { password = TestApp.Password }, access);

        Assert.Equal(["Azure.Data.Tables", "Fido2", "Otp.NET"], await LoadedAsync());
    }

    [Fact]
    public async Task A_proxy_that_the_environment_names_is_not_asked_for_this_machine()
    {
        // As behind a company's proxy: two spellings of one name, and no address that answers.
        var settings = Settings();
        foreach (var name in new[] { "http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY" })
        {
            settings[name] = "http://127.0.0.1:9";
        }

        using var app = await LocalApp.StartAsync(settings);
        await app.PostAsync("register", new { username = Address, password1 = TestApp.Password, password2 = TestApp.Password });

        Assert.Equal(200, (await app.PostAsync("activate", new { username = Address, code = await CodeAsync(app) })).Status);
    }

    [Fact]
    public async Task A_mail_that_is_being_sent_at_a_stop_is_left_for_the_next_start()
    {
        var settings = Settings();
        using (var app = await LocalApp.StartAsync(settings))
        {
            await HoldUpMailsAsync(app);
            await app.StopAsync();
        }

        // The first emulator accepted the mail, but its answer was lost. The next one does not know the mail and gets it again.
        using var next = await LocalApp.StartAsync(settings);
        Assert.Equal(200, (await next.PostAsync("activate", new { username = Address, code = await CodeAsync(next) })).Status);
    }

    [Fact]
    public async Task Requests_in_progress_at_a_stop_are_answered()
    {
        var settings = Settings();
        settings["Passwords__MaxWaitingHashes"] = "100";
        settings["Throttle__RequestsPerMinute"] = "1000";
        using var app = await LocalApp.StartAsync(settings);
        var registrations = Enumerable.Range(0, 40).Select(i => app.PostAsync(
            "register", new { username = $"ada{i}@example.com", password1 = TestApp.Password, password2 = TestApp.Password })).ToList();
        await Task.WhenAny(registrations);

        await app.StopAsync();

        Assert.All(await Task.WhenAll(registrations), answer => Assert.Equal(201, answer.Status));
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_host_and_app_with_their_work_undone()
    {
        var port = Ports.Free();
        using var app = LocalApp.Run(["--port", $"{port}", "--app", ProjectFolder.AppOutput], Settings(), port);
        await app.WaitForLineAsync("Ctrl-C stops");
        using var worker = Process.GetProcessById(app.WorkerProcessId);
        await HoldUpMailsAsync(app);
        await app.InterruptAsync();
        await app.WaitForLineAsync("Ctrl-C again");
        await app.InterruptAsync();

        Assert.Equal(130, (await app.WaitForExitAsync()).ExitCode);
        Assert.True(worker.WaitForExit(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task An_app_that_dies_is_started_again_and_the_next_request_is_answered()
    {
        using var app = await LocalApp.StartAsync(Settings());
        app.KillWorker();

        var statuses = new List<int>();
        for (var tries = 0; statuses is not [.., 400] && tries < 20; tries++)
        {
            statuses.Add((await app.PostAsync("login", new { username = Address, password = "x" })).Status);
        }

        // The request in hand when it dies gets a bare 500; those after it wait for the new process.
        Assert.Equal(400, statuses[^1]);
        Assert.All(statuses.SkipLast(1), status => Assert.Equal(0, status));
    }

    [Fact]
    public async Task The_next_start_ends_the_app_of_a_killed_host()
    {
        using var app = await LocalApp.StartAsync(Settings());
        using var worker = Process.GetProcessById(app.WorkerProcessId);
        app.KillHost();
        using var next = await LocalApp.StartAsync(Settings());

        Assert.True(worker.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.Equal(400, (await next.PostAsync("login", new { username = Address, password = "x" })).Status);
    }

    [Fact]
    public async Task A_debugger_starts_the_app_by_the_launch_profile_and_the_waiting_host_takes_it()
    {
        var port = Ports.Free();
        var settings = Settings();
        using var host = LocalApp.Run(["--port", $"{port}", "--app", ProjectFolder.AppOutput, "--wait"], settings, port);
        await host.WaitForLineAsync("Waiting for the app");
        var profile = Profile();
        var start = new ProcessStartInfo("dotnet", Expand(profile.GetProperty("commandLineArgs").GetString()!).Split(' '))
        {
            WorkingDirectory = Expand(profile.GetProperty("workingDirectory").GetString()!),
        };
        foreach (var variable in profile.GetProperty("environmentVariables").EnumerateObject())
        {
            start.Environment[variable.Name] = Expand(variable.Value.GetString()!);
        }

        start.Environment["AccountsStorage"] = settings["AzureWebJobsStorage"];
        using var app = Process.Start(start)!;
        try
        {
            await host.WaitForStartAsync();
            Assert.Equal(400, (await host.PostAsync("login", new { username = Address, password = "x" })).Status);
        }
        finally
        {
            app.Kill();
        }
    }

    [Fact, Holds("C5")]
    public async Task Of_wrong_passwords_sent_at_once_to_two_processes_five_are_checked()
    {
        Dictionary<string, string> settings = new()
        {
            ["AzureWebJobsStorage"] = azurite.NewStorage(),
            ["Throttle__RequestsPerMinute"] = "1000",
            ["Passwords__MaxWaitingHashes"] = "100",
        };
        var apps = await Task.WhenAll(LocalApp.StartAsync(settings), LocalApp.StartAsync(settings));
        using var first = apps[0];
        using var second = apps[1];

        // A new process takes long for its first sign-in, and 64 of them would not end within a request's time on a busy machine.
        await Task.WhenAll(apps.Select(app => app.PostAsync("login", new { username = "other@example.com", password = "x" })));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(i => apps[i % 2].PostAsync("login", new { username = Address, password = "a wrong password" })));

        Assert.Equal(5, answers.Count(answer => answer.Status is 400));
        Assert.Equal(59, answers.Count(answer => answer.Status is 429));
    }

    [Fact]
    public void The_profiles_of_the_editors_start_the_app_alike()
    {
        using var code = JsonDocument.Parse(File.ReadAllText(Path.Combine(ProjectFolder.Root, ".vscode", "launch.json")));
        var launch = code.RootElement.GetProperty("configurations")[0];
        var profile = Profile();

        Assert.Equal(Variables(profile.GetProperty("environmentVariables")), Variables(launch.GetProperty("env")));
        Assert.Equal(
            profile.GetProperty("commandLineArgs").GetString()!.Split(' ')[1..],
            launch.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!));

        static Dictionary<string, string?> Variables(JsonElement variables) => variables.EnumerateObject()
            .Where(variable => variable.Name != "FUNCTIONS_APPLICATION_DIRECTORY")
                .ToDictionary(variable => variable.Name, variable => variable.Value.GetString());
    }

    // Registers an address. The emulator accepts its mail, but does not answer for a minute.
    private static async Task HoldUpMailsAsync(LocalApp app)
    {
        using var outbox = new HttpClient { BaseAddress = new Uri(app.Client.BaseAddress!, "/") };
        using var slow = JsonContent.Create(new { delay_ms = 60_000 });
        await outbox.PostAsync(new Uri("/emulator/faults", UriKind.Relative), slow);
        await app.PostAsync("register", new { username = Address, password1 = TestApp.Password, password2 = TestApp.Password });
        await Eventually.TrueAsync(
            async () => (await outbox.GetStringAsync(new Uri("/emailMessages", UriKind.Relative))).Length >= 10,
            () => "No mail is sent.");
    }

    private static JsonElement Profile()
    {
        var file = Path.Combine(ProjectFolder.App, "Properties", "launchSettings.json");
        return JsonElement.Parse(File.ReadAllText(file)).GetProperty("profiles").GetProperty("Debug under the local host");
    }

    private static string Expand(string text) => text
        .Replace("$(TargetPath)", Path.Combine(ProjectFolder.AppOutput, "AccountFunctions.dll"), StringComparison.Ordinal)
        .Replace("$(TargetDir)", ProjectFolder.AppOutput, StringComparison.Ordinal);

    private static async Task<string> CodeAsync(LocalApp app)
    {
        using var outbox = new HttpClient { BaseAddress = new Uri(app.Client.BaseAddress!, "/") };
        SentMail? newest = null;
        await Eventually.TrueAsync(
            async () => (newest = (await outbox.GetFromJsonAsync<List<SentMail>>(
                new Uri($"/emailMessages?to={Address}", UriKind.Relative)))?.LastOrDefault()) is not null,
            () => "No code comes.");
        return newest!.Subject.Split(' ')[0];
    }

    private Dictionary<string, string> Settings() => new() { ["AzureWebJobsStorage"] = azurite.NewStorage() };
}
