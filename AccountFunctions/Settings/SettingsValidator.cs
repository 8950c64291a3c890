using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Settings;

/// <summary>Checks options by their attributes. An error is one line that names the setting as an operator writes it.</summary>
/// <param name="named">The options of the sub-sections, by name; null: the section has none.</param>
public sealed class SettingsValidator<TOptions>(
    string section, Func<TOptions, IEnumerable<KeyValuePair<string, object>>>? named = null) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var failures = FaultsOf(section, options)
            .Concat((named?.Invoke(options) ?? []).SelectMany(other => FaultsOf($"{section}__{other.Key}", other.Value)))
            .ToList();
        if (failures.Count == 0 && options is IValidatableObject further)
        {
            failures.AddRange(further.Validate(new ValidationContext(options)).Select(
                result => $"{section}__{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> FaultsOf(string prefix, object options) => options.GetType().GetProperties()
        .Select(property => (property.Name, Fault: FaultOf(property, property.GetValue(options))))
        .Where(setting => setting.Fault is not null)
        .Select(setting => $"{prefix}__{setting.Name}: {setting.Fault}");

    private static string? FaultOf(PropertyInfo property, object? value)
    {
        if (value is string text && text.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal))
        {
            return "the reference to Key Vault is not resolved; check that the secret exists and that the app may read it";
        }

        if (value is "" && property.GetCustomAttribute<RequiredAttribute>() is not null)
        {
            return "is required";
        }

        return property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value)
            ? string.Create(CultureInfo.InvariantCulture, $"must be between {range.Minimum} and {range.Maximum}, not {value}")
            : null;
    }
}
