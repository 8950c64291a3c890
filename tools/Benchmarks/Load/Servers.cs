using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using AccountFunctions.Functions;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
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
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// The servers that are compared, each in a process of its own: <c>serve app|minimal|identity PORT</c>. A line on standard input is answered with what the process has used so far.
/// </summary>
public static class Servers
{
    private static long storageCalls;

    public static async Task<int> RunAsync(string name, int port)
    {
        await using var host = name switch
        {
            "app" => App(port),
            "minimal" => Minimal(port),
            _ => await IdentityAsync(port),
        };
        using var counting = CountStorageCalls();
        await host.Host.StartAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
            var used = Usage.OfThisProcess(Interlocked.Read(ref storageCalls));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{used.CpuMilliseconds} {used.AllocatedBytes} {used.PeakBytes} {used.StorageCalls}"));
        }

        return 0;
    }

    // Those of requests only: what the queue functions do is under traces of their own.
    private static MeterListener CountStorageCalls()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "http.client.request.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            var root = Activity.Current;
            while (root?.Parent is { } parent)
            {
                root = parent;
            }

            if (root?.OperationName is "Microsoft.AspNetCore.Hosting.HttpRequestIn")
            {
                Interlocked.Increment(ref storageCalls);
            }
        });
        listener.Start();
        return listener;
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
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddAzureClients().AddAccounts().AddTelemetryExport(builder.Configuration);
        return new Server(builder.Build());
    }

    private static Server Minimal(int port)
    {
        var builder = WebBuilder(port);
        var app = builder.Build();
        app.MapGet("/hello", () => Results.Json(new { status = "success" }));

        // The least that an accounts backend does: read a row, sign a token.
        var table = new Lazy<TableClient>(() => new TableServiceClient(Environment.GetEnvironmentVariable("AzureWebJobsStorage")).GetTableClient("Accounts"));
        var credentials = new Lazy<SigningCredentials>(() => new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)), SecurityAlgorithms.EcdsaSha256));
        app.MapGet("/row/{partition}", async (string partition) => Results.Json(new { found = (await table.Value.GetEntityIfExistsAsync<TableEntity>(partition, "account")).HasValue }));
        app.MapGet("/token", async () =>
        {
            await table.Value.GetEntityIfExistsAsync<TableEntity>("p", "r");
            return Results.Json(new { access = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor { Issuer = "minimal", SigningCredentials = credentials.Value }) });
        });
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
