using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Settings;

/// <summary>Checks the text of settings. An error is one line that names the setting as an operator writes it.</summary>
internal static partial class SettingsReader
{
    /// <exception cref="OptionsValidationException">A setting is unknown, or has the wrong type.</exception>
    public static void Check<TOptions>(IConfigurationSection section)
    {
        var failures = section.GetChildren()
            .Select(setting => (setting.Key, Fault: FaultOf(Find(typeof(TOptions), setting.Key), setting)))
            .Where(setting => setting.Fault is not null)
            .Select(setting => $"{section.Key}__{setting.Key}: {setting.Fault}")
            .ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(section.Key, typeof(TOptions), failures);
        }
    }

    private static PropertyInfo? Find(Type options, string name) =>
        options.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { CanWrite: true } property
            ? property
            : null;

    private static string? FaultOf(PropertyInfo? property, IConfigurationSection setting)
    {
        var (type, text) = (property?.PropertyType, setting.Value ?? "");
        return type switch
        {
            null => "there is no such setting",
            _ when type == typeof(int) && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
                $"must be a whole number, not '{text}'",
            _ when type == typeof(bool) && !bool.TryParse(text, out _) => $"must be true or false, not '{text}'",
            _ when type == typeof(TimeSpan) && !Duration().IsMatch(text) =>
                $"must be a duration like 00:15:00 (hours, minutes, seconds) or 30.00:00:00 (30 days), not '{text}'",
            { IsEnum: true } when !Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) =>
                $"must be one of {string.Join(", ", Enum.GetNames(type))}, not '{text}'",
            _ => null,
        };
    }

    [GeneratedRegex(@"\A-?(\d{1,6}\.)?([01]?\d|2[0-3]):[0-5]\d:[0-5]\d\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
