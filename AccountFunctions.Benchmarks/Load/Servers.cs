using System.Diagnostics;
using System.Globalization;
using AccountFunctions.Functions;
using AccountFunctions.Telemetry;
using LocalRuntime.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// The servers that are compared, each in a process of its own: <c>serve app|minimal|identity PORT</c>. A line on standard input is answered with what the process has used so far.
/// </summary>
public static class Servers
{
    public static async Task<int> RunAsync(string name, int port)
    {
        await using var host = name switch
        {
            "app" => App(port),
            "minimal" => Minimal(port),
            _ => await IdentityAsync(port),
        };
        await host.Host.StartAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.TotalProcessorTime.TotalMilliseconds} {GC.GetTotalAllocatedBytes()} {self.PeakWorkingSet64}"));
        }

        return 0;
    }

    private static Server App(int port)
    {
        // Settings come from the environment, as for any deployment; what is said on the console would cost time that no peer spends.
        var builder = LocalApplication.CreateBuilder(new LocalApplicationOptions
        {
            Functions = typeof(AccountRoutes).Assembly,
            Port = port,
            Settings = Environment.GetEnvironmentVariables().Keys.Cast<string>().ToDictionary(key => key.Replace("__", ":", StringComparison.Ordinal), Environment.GetEnvironmentVariable),
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddAzureClients().AddAccounts().AddTelemetryExport(builder.Configuration);
        return new Server(builder.Build());
    }

    private static Server Minimal(int port)
    {
        var builder = WebBuilder(port);
        var app = builder.Build();
        app.MapGet("/hello", () => Results.Json(new { status = "success" }));
        return new Server(app);
    }

    /// <summary>What ASP.NET Core gives whoever asks for accounts: its Identity endpoints, on SQLite.</summary>
    private static async Task<Server> IdentityAsync(int port)
    {
        var builder = WebBuilder(port);
        var file = Path.GetTempFileName();
        builder.Services.AddDbContext<IdentityDbContext>(options => options.UseSqlite($"Data Source={file}"));
        builder.Services.AddAuthorization();
        builder.Services.AddIdentityApiEndpoints<IdentityUser>(options => options.Lockout.AllowedForNewUsers = false).AddEntityFrameworkStores<IdentityDbContext>();
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IdentityDbContext>().Database.EnsureCreatedAsync();
        }

        app.UseAuthorization();
        app.MapIdentityApi<IdentityUser>();
        return new Server(app, file);
    }

    private static WebApplicationBuilder WebBuilder(int port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        return builder;
    }

    private sealed record Server(IHost Host, string? File = null) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Host.StopAsync();
            await ((IAsyncDisposable)Host).DisposeAsync();
            if (File is not null)
            {
                System.IO.File.Delete(File);
            }
        }
    }
}
