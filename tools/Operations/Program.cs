using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Import;
using AccountFunctions.Email;
using AccountFunctions.Lifecycle;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using LocalHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Operations;
using Operations.Backups;
using Operations.Checks;

Loopback.BypassProxies();
switch (args)
{
    case ["smoke", .. var options]:
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) })
        {
            return await new SmokeCommand(client, Console.Out, TimeSpan.FromMinutes(3)).RunAsync(options, CancellationToken.None);
        }

    case ["check", .. var options]:
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) })
        {
            return await new CheckCommand(client, Console.Out, TimeProvider.System, Task.Delay).RunAsync(options, CancellationToken.None);
        }

    case ["poison", .. var command]:
        IConfiguration configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var services = new ServiceCollection()
            .AddSingleton(configuration)
            .AddTelemetry().AddStorage().AddSingleton((configuration.GetSection("Codes").Get<CodeOptions>() ?? new()).Seal())
            .AddSingleton(Console.Out)
            .AddSingleton<PoisonCommand>();
        await using (var provider = services.BuildServiceProvider())
        {
            return await provider.GetRequiredService<PoisonCommand>().RunAsync(command, CancellationToken.None);
        }

    case ["deletions", .. var command]:
        return await RunAsync<DeletionsCommand>(services => services, (deletions, stop) => deletions.RunAsync(command, stop));

    case ["directory", .. var command]:
        return await RunAsync<DirectoryCommand>(services => services, (directory, stop) => directory.RunAsync(command, stop));

    case ["admin", "--api", var api, .. var command]:
        using (var client = new HttpClient { BaseAddress = new Uri($"{api.TrimEnd('/')}/"), Timeout = TimeSpan.FromSeconds(30) })
        {
            var token = Environment.GetEnvironmentVariable("ACCESS_TOKEN") ?? "";
            return await new AdminCommand(new ApiAdministration(client, token), Console.In, Console.Out)
                .RunAsync(command, CancellationToken.None);
        }

    case ["admin", .. var command]:
        return await RunAsync<AdminCommand>(
            services => services.AddEmail().AddLifecycle().AddOperations().AddSingleton<IAdministration, TableAdministration>(),
            (admin, stop) => admin.RunAsync(command, stop));

    case ["import", .. var command]:
        return await RunAsync<ImportCommand>(
            services => services.AddEmail().AddLifecycle().AddOperations().AddImport(), (import, stop) => import.RunAsync(command, stop));

    case ["export", .. var command]:
        return await RunAsync<ExportCommand>(services => services.AddImport(), (export, stop) => export.RunAsync(command, stop));

    case ["backup", .. var command]:
        return await RunAsync<BackupCommand>(AddBackups, (backup, stop) => backup.RunAsync(command, stop));

    case ["verify", .. var command]:
        return await RunAsync<VerifyCommand>(AddBackups, (verify, stop) => verify.RunAsync(command, stop));

    case ["restore", .. var command]:
        return await RunAsync<RestoreCommand>(
            services => AddBackups(services.AddEmail().AddLifecycle().AddOperations()).AddSingleton<AccountRestorer>(),
            (restore, stop) => restore.RunAsync(command, stop));

    case ["events", .. var command]:
        return await RunAsync<EventsCommand>(
            services => services.AddEmail().AddLifecycle().AddOperations(), (events, stop) => events.RunAsync(command, stop));

    default:
        string[] usages =
        [
            SmokeCommand.Usage, CheckCommand.Usage, PoisonCommand.Usage, DeletionsCommand.Usage, DirectoryCommand.Usage, AdminCommand.Usage,
            ImportCommand.Usage, ExportCommand.Usage, EventsCommand.Usage, BackupCommand.Usage, VerifyCommand.Usage, RestoreCommand.Usage,
        ];
        Console.Error.WriteLine(string.Join('\n', usages));
        return 2;
}

// Nobody waits for an answer, and a page of a large table takes long.
static IServiceCollection AddBackups(IServiceCollection services) =>
    services.AddSingleton<BackupTargets>().AddSingleton(new StorageTimeout(TimeSpan.FromSeconds(60)));

// Runs a command with the services of the app, which read the settings of the deployment from the environment.
static async Task<int> RunAsync<TCommand>(
    Func<IServiceCollection, IServiceCollection> add, Func<TCommand, CancellationToken, Task<int>> run)
    where TCommand : class
{
    // On a developer's machine, as the app's host sets it: the keys of the sample are good there only.
    var environment = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT");
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
    builder.Configuration.AddEnvironmentVariables();
    add(builder.Services.AddTelemetry().AddStorage().AddSecurity())
        .AddSingleton(Console.In).AddSingleton(Console.Out).AddSingleton<TCommand>();
    using var host = builder.Build();
    try
    {
        return await run(host.Services.GetRequiredService<TCommand>(), CancellationToken.None);
    }
    catch (OptionsValidationException e)
    {
        Console.Error.WriteLine(string.Join('\n', e.Failures));
        return 1;
    }
}
