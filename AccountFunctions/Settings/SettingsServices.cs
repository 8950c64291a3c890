using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Settings;

/// <summary>A section of the settings and the options class that reads it; docs/settings.md lists them all.</summary>
public sealed record SettingsSection(string Name, Type Options)
{
    /// <summary>The options of its sub-sections, whose names the operator chooses; null: it has none.</summary>
    public Type? Named { get; init; }
}

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

    /// <summary>Like the other, for a section that also has sub-sections: <c>Providers__google__ClientId</c>.</summary>
    /// <param name="named">Where the options keep them, by name. Not a public property, because the binder would fill it.</param>
    public static OptionsBuilder<TOptions> AddSettings<TOptions, TNamed>(
        this IServiceCollection services, string section, Func<TOptions, IDictionary<string, TNamed>> named)
        where TOptions : class
        where TNamed : class, new()
    {
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)) { Named = typeof(TNamed) });
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsValidator<TOptions>(
            section, options => named(options).Select(other => KeyValuePair.Create(other.Key, (object)other.Value))));
        return services.AddOptions<TOptions>()
            .Configure<IConfiguration>(
                (_, configuration) => SettingsReader.Check<TOptions>(configuration.GetSection(section), typeof(TNamed)))
            .BindConfiguration(section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                foreach (var other in SettingsReader.NamedSections<TOptions>(configuration.GetSection(section)))
                {
                    named(options)[other.Key] = other.Get<TNamed>() ?? new TNamed();
                }
            })
            .ValidateOnStart();
    }
}
