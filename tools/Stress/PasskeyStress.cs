using AccountFunctions.Functions;
using LocalHost.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Stress;

/// <summary>Answers of authenticators with changed bytes, by the million: none passes, and none is an exception.</summary>
public static class PasskeyStress
{
    public static async Task<bool> RunAsync(int count, int seed)
    {
        // Nothing here reaches storage, so its address need not exist.
        var settings = HostSettings.ReadFiles(HostSettings.DefaultPort, sampleOnly: true);
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Development });
        builder.Configuration.AddConfiguration(HostSettings.ForHost(AppContext.BaseDirectory, settings));
        builder.Services.AddAccountFunctions();
        using var host = builder.Build();
        var broken = await BrokenPasskeys.CreateAsync(host.Services);
        var failures = 0;
        await Parallel.ForAsync(0, count, async (number, _) =>
        {
            try
            {
                if (await broken.TryAsync(seed, number) is { } accepted)
                {
                    Interlocked.Increment(ref failures);
                    Console.WriteLine($"--seed {seed}: accepted {accepted}");
                }
            }
            catch (Exception e)
            {
                Interlocked.Increment(ref failures);
                Console.WriteLine($"--seed {seed}, number {number}: {e}");
            }
        });
        Console.WriteLine($"{count} answers, seed {seed}: {failures} failures");
        return failures == 0;
    }
}
