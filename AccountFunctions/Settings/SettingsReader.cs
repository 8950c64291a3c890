using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Settings;

/// <summary>Checks the text of settings. An error is one line that names the setting as an operator writes it.</summary>
internal static partial class SettingsReader
{
    /// <param name="named">The options of sub-sections with a name that the operator chooses; null: the section has none.</param>
    /// <exception cref="OptionsValidationException">A setting is unknown, or has the wrong type.</exception>
    public static void Check<TOptions>(IConfigurationSection section, Type? named = null)
    {
        var (others, own) = named is null
            ? ([], [.. section.GetChildren()])
            : (NamedSections<TOptions>(section).ToList(), section.GetChildren().Where(child => !IsNamed<TOptions>(child)).ToList());
        var failures = FaultsOf(typeof(TOptions), section.Key, own)
            .Concat(others.SelectMany(other => Name().IsMatch(other.Key)
                ? FaultsOf(named, $"{section.Key}__{other.Key}", other.GetChildren())
                : [$"{section.Key}__{other.Key}: the name must be 1 to 30 lower-case letters, digits or hyphens"]))
            .ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(section.Key, typeof(TOptions), failures);
        }
    }

    /// <summary>The sub-sections: what has settings below it and is no setting of the section itself.</summary>
    public static IEnumerable<IConfigurationSection> NamedSections<TOptions>(IConfigurationSection section) =>
        section.GetChildren().Where(IsNamed<TOptions>);

    private static bool IsNamed<TOptions>(IConfigurationSection child) =>
        Find(typeof(TOptions), child.Key) is null && child.GetChildren().Any();

    private static IEnumerable<string> FaultsOf(Type? options, string prefix, IEnumerable<IConfigurationSection> settings) => settings
        .Select(setting => (setting.Key, Fault: FaultOf(Find(options, setting.Key), setting)))
        .Where(setting => setting.Fault is not null)
        .Select(setting => $"{prefix}__{setting.Key}: {setting.Fault}");

    private static PropertyInfo? Find(Type? options, string name) =>
        options?.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { CanWrite: true } property
            ? property
            : null;

    private static string? FaultOf(PropertyInfo? property, IConfigurationSection setting)
    {
        var (type, text) = (property?.PropertyType, setting.Value ?? "");
        return type switch
        {
            null => "there is no such setting",
            _ when setting.GetChildren().Any() => "there are no settings below it",
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

    [GeneratedRegex(@"\A[a-z0-9-]{1,30}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
