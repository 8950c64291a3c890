using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Contract;

/// <summary>Reads a section of the settings into an options class and checks it at start.</summary>
public static class Settings
{
    public static OptionsBuilder<TOptions> AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsValidator<TOptions>(section));
        return services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
    }
}

/// <summary>Checks options by their attributes. A refusal is one line that names the setting as an operator writes it.</summary>
public sealed class SettingsValidator<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var failures = results.ConvertAll(result => $"{section}__{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}");
        foreach (var property in typeof(TOptions).GetProperties())
        {
            var fault = property.GetValue(options) switch
            {
                string text when text.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal) =>
                    "the reference to Key Vault is not resolved; is the secret there, and has the app the right to read it?",
                TimeSpan duration when duration < TimeSpan.Zero => "must not be negative",
                _ => null,
            };
            if (fault is not null)
            {
                failures.Add($"{section}__{property.Name}: {fault}");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
