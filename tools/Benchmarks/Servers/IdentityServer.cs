using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Benchmarks.Servers;

/// <summary>The peer: the Identity endpoints of ASP.NET Core, on SQLite. <c>identity PORT</c> runs it until standard input ends.</summary>
public static class IdentityServer
{
    /// <summary>What the server prints when it is ready.</summary>
    public const string Ready = "ready";

    public static async Task RunAsync(int port)
    {
        var file = Path.GetTempFileName();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddDbContext<IdentityDbContext>(options => options.UseSqlite($"Data Source={file}"));
        builder.Services.AddAuthorization();
        builder.Services.AddIdentityApiEndpoints<IdentityUser>(options => options.Lockout.AllowedForNewUsers = false)
            .AddEntityFrameworkStores<IdentityDbContext>();
        await using var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IdentityDbContext>().Database.EnsureCreatedAsync();
        }

        app.UseAuthorization();
        app.MapIdentityApi<IdentityUser>();
        await app.StartAsync();
        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        File.Delete(file);
    }
}
