using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Configuration;

namespace LocalHost.Hosting;

/// <summary>
/// The origins that may call functions: those of <c>Host.CORS</c> and <c>Host.CORSCredentials</c> in local.settings.json, as Core Tools
/// read them. By default, every port of this machine.
/// </summary>
internal sealed class CorsSettings(IConfiguration configuration)
{
    private readonly string[]? origins =
        configuration["Host:CORS"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public void Apply(CorsPolicyBuilder policy)
    {
        policy.AllowAnyHeader().AllowAnyMethod().SetIsOriginAllowed(IsAllowed);
        if (bool.TryParse(configuration["Host:CORSCredentials"], out var credentials) && credentials)
        {
            policy.AllowCredentials();
        }
    }

    private bool IsAllowed(string origin) => origins is null
        ? Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.Host is "localhost" or "127.0.0.1"
        : origins.Contains("*") || origins.Contains(origin);
}
