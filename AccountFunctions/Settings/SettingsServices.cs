using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Settings;

/// <summary>A section of the settings and the options class that reads it; docs/settings.md lists them all.</summary>
public sealed record SettingsSection(string Name, Type Options);

/// <summary>Reads a section of the settings into an options class and checks it at start.</summary>
public static class SettingsServices
{
    public static OptionsBuilder<TOptions> AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsValidator<TOptions>(section));

        // Run before the binder, which reads "900" as 900 days, ignores unknown settings, and does not name a setting as operators write
        // it.
        return services.AddOptions<TOptions>()
            .Configure<IConfiguration>((_, configuration) => SettingsReader.Check<TOptions>(configuration.GetSection(section)))
            .BindConfiguration(section)
            .ValidateOnStart();
    }
}
