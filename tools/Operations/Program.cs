using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using LocalHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Operations;

Loopback.BypassProxies();
switch (args)
{
    case ["smoke", .. var options]:
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) })
        {
            return await new SmokeCommand(client, Console.Out, TimeSpan.FromMinutes(3)).RunAsync(options, CancellationToken.None);
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

    case [("deletions" or "directory") and var area, .. var command]:
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddEnvironmentVariables();
        builder.Services.AddTelemetry().AddStorage().AddSecurity()
            .AddSingleton(Console.Out)
            .AddSingleton<DeletionsCommand>().AddSingleton<DirectoryCommand>();
        using (var host = builder.Build())
        {
            return area is "deletions"
                ? await host.Services.GetRequiredService<DeletionsCommand>().RunAsync(command, CancellationToken.None)
                : await host.Services.GetRequiredService<DirectoryCommand>().RunAsync(command, CancellationToken.None);
        }

    default:
        Console.Error.WriteLine($"{SmokeCommand.Usage}\n{PoisonCommand.Usage}\n{DeletionsCommand.Usage}\n{DirectoryCommand.Usage}");
        return 2;
}
