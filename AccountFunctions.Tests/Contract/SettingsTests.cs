using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AccountFunctions.Functions;
using AccountFunctions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Contract;

public sealed partial class SettingsTests
{
    private const string Unresolved = "@Microsoft.KeyVault(VaultName=v;SecretName=s)";
    private const string NotResolved = "the reference to Key Vault is not resolved";
    private static readonly IReadOnlyList<SettingsSection> Sections =
        [.. new ServiceCollection().AddAccountFunctions().BuildServiceProvider().GetServices<SettingsSection>()];

    private static readonly XDocument Documentation =
        XDocument.Load(Path.ChangeExtension(typeof(SettingsSection).Assembly.Location, "xml"));

    private static readonly string[] Secret =
    [
        "Codes__Key", "Codes__PreviousKey", "Factors__Key", "Factors__PreviousKeys", "Tokens__SigningKey", "Tokens__PreviousSigningKeys",
        "Providers__{name}__ClientSecret", "Providers__{name}__PrivateKey", "Smtp__Password",
    ];

    [Theory, Holds("I9")]
    [InlineData("Codes__Key", "short", "must be base64 of at least 32 bytes")]
    [InlineData("Codes__Key", Unresolved, NotResolved)]
    [InlineData("Codes__PreviousKey", "short", "must be base64 of at least 32 bytes")]
    [InlineData("Codes__PreviousKey", Unresolved, NotResolved)]
    [InlineData("Factors__Key", "short", "must be base64 of at least 32 bytes")]
    [InlineData("Factors__Key", Unresolved, NotResolved)]
    [InlineData(
        "Factors__PreviousKeys", "ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoZXNlIGZhY3RvcnM=,short", "must be base64 of at least 32")]
    [InlineData("Factors__TrustDevices", "366", "must be between 0 and 365, not 366")]
    [InlineData("Passkeys__RelyingPartyId", "https://example.com", "must be a host name in lower case, like example.com, not 'https://ex")]
    [InlineData("Passkeys__RelyingPartyId", "Example.com", "must be a host name in lower case")]
    [InlineData("Passkeys__RelyingPartyId", "example.com.", "must be a host name in lower case")]
    [InlineData("Passkeys__Origins", "", "is required where Passkeys__RelyingPartyId is set")]
    [InlineData("Passkeys__Origins", "https://localhost/path", "'https://localhost/path' is no https:// origin of localhost")]
    [InlineData("Passkeys__Origins", "https://localhost,http://a.localhost", "'http://a.localhost' is no https:// origin")]
    [InlineData("Passkeys__Origins", "https://notlocalhost", "'https://notlocalhost' is no https:// origin")]
    [InlineData("Passkeys__Origins", "https://localhost:443", "'https://localhost:443' is no https:// origin")]
    [InlineData("Passkeys__Origins", "https://LOCALHOST", "'https://LOCALHOST' is no https:// origin")]
    [InlineData("Passkeys__Origins", "localhost", "'localhost' is no https:// origin")]
    [InlineData("Passkeys__Origins", "android:apk-key-hash:short", "'android:apk-key-hash:short' is no https:// origin")]
    [InlineData("Tokens__SigningKey", "none", "must be the PEM of one P-256 private key")]
    [InlineData("Tokens__SigningKey", Unresolved, NotResolved)]
    [InlineData("Tokens__PreviousSigningKeys", Unresolved, NotResolved)]
    [InlineData("Smtp__Password", Unresolved, NotResolved)]
    [InlineData("Email__Sender", "nobody", "must be ")]
    [InlineData("Passwords__MemoryKiB", "many", "must be a whole number, not 'many'")]
    [InlineData(
        "Accounts__Lifetime", "900", "must be a duration like 00:15:00 (hours, minutes, seconds) or 30.00:00:00 (30 days), not '900'")]
    [InlineData("Accounts__Lifetime", "24:00:00", "must be a duration")]
    [InlineData("Codes__ResetLifetime", "10 minutes", "must be a duration")]
    [InlineData("Codes__ResetLifetime", "2.00:00:00", "must be between 00:00:00 and 1.00:00:00, not 2.00:00:00")]
    [InlineData("Codes__ResetLifetime", "-00:01:00", "must be between 00:00:00 and 1.00:00:00, not -00:01:00")]
    [InlineData("Codes__Digits", "five", "must be a whole number, not 'five'")]
    [InlineData("Codes__Digits", "12", "must be between 6 and 10, not 12")]
    [InlineData("Codes__Digitz", "6", "there is no such setting")]
    [InlineData("Throttle__Requests__PerMinute", "6", "there is no such setting")]
    [InlineData("Accounts__ServeDocs", "yes", "must be true or false, not 'yes'")]
    [InlineData("Email__Transport", "Pigeon", "must be one of AzureCommunication, Smtp, not 'Pigeon'")]
    [InlineData("Email__ProductName", "", "is required")]
    [InlineData("Email__AccentColor", "red;background:url(//example.com)", "must be a colour like #0b57d0")]
    [InlineData("Email__LogoUrl", "http://example.com/logo.png", "must be an https address")]
    [InlineData("Throttle__ExemptNetworks", "203.0.113.0", "'203.0.113.0' is not a CIDR range")]
    public void A_setting_that_makes_no_sense_is_refused_by_the_name_it_is_written_with(string setting, string value, string fault)
    {
        var section = Sections.Single(section => setting.StartsWith($"{section.Name}__", StringComparison.Ordinal));
        var refused = Assert.Throws<OptionsValidationException>(() => Read(section, setting, value));
        var name = setting.Split("__") is [var first, var second, ..] ? $"{first}__{second}" : setting;

        Assert.StartsWith($"{name}: {fault}", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Theory, Holds("I9", "J13")]
    [InlineData("google__ClientSecret", Unresolved, "google__ClientSecret: " + NotResolved)]
    [InlineData("apple__PrivateKey", Unresolved, "apple__PrivateKey: " + NotResolved)]
    [InlineData("google__Isuer", "https://accounts.google.com", "google__Isuer: there is no such setting")]
    [InlineData("google__Issuer__x", "https://accounts.google.com", "google__Issuer: there are no settings below it")]
    [InlineData("google", "client-1", "google: there is no such setting")]
    [InlineData("ReturnUrl", "https://app.example.com/", "ReturnUrl: there is no such setting")]
    [InlineData("Google__Audiences", "client-1", "Google: the name must be 1 to 30 lower-case letters, digits or hyphens")]
    [InlineData("Named__google__Audiences", "client-1", "Named: the name must be 1 to 30 lower-case letters, digits or hyphens")]
    [InlineData("acme__Audiences", "client-1", "acme__Issuer: is required")]
    [InlineData("google__TeamId", "team", "google__Audiences: is required where there is no ClientId")]
    [InlineData("google__ClientSecret", "secret", "google__Audiences: is required where there is no ClientId")]
    [InlineData("google__Issuer", "http://accounts.google.com", "google__Issuer: must be an absolute https URL without a query")]
    [InlineData("google__Issuer", "https://accounts.google.com?x", "google__Issuer: must be an absolute https URL without a query")]
    [InlineData("ReturnUrls", "http://app.example.com/", "ReturnUrls: 'http://app.example.com/' is no absolute https URL")]
    [InlineData("ReturnUrls", "https://app.example.com/#x", "ReturnUrls: 'https://app.example.com/#x' is no absolute https URL")]
    [InlineData("ReturnUrls", "https://u@app.example.com/", "ReturnUrls: 'https://u@app.example.com/' is no absolute https URL")]
    [InlineData("ReturnUrls", "javascript:alert(1)", "ReturnUrls: 'javascript:alert(1)' is no absolute https URL")]
    [InlineData("ReturnUrls", "/signed-in", "ReturnUrls: '/signed-in' is no absolute https URL")]
    public void A_provider_that_makes_no_sense_is_refused_by_the_name_of_its_setting(string setting, string value, string fault)
    {
        var section = Sections.Single(section => section.Name == "Providers");
        var refused = Assert.Throws<OptionsValidationException>(() => Read(section, $"Providers__{setting}", value));

        Assert.StartsWith($"Providers__{fault}", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("google__Audiences", "client-1,client-2")]
    [InlineData("google__ClientId", "client-1")]
    [InlineData("google__ClientSecret", "")]
    [InlineData("ReturnUrls", "https://app.example.com/in?x=1, http://localhost:3000/, com.example.app:/signed-in")]
    public void A_provider_needs_only_to_know_for_whom_its_tokens_are(string setting, string value) =>
        Read(Sections.Single(section => section.Name == "Providers"), $"Providers__{setting}", value);

    [Theory, Holds("I9", "D6")]
    [InlineData("Codes__PreviousKey", "ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoaXMga2V5", "the public key of")]
    [InlineData("Factors__PreviousKeys", "ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoZXNlIGZhY3RvcnM=", "the public key of")]
    [InlineData("Passwords__MemoryKiB", "19455", "with Passwords__Iterations, is below OWASP's minimum")]
    [InlineData("Smtp__Security", "None", "must be StartTls or SslOnConnect")]
    [InlineData("Smtp__Security", "Auto", "must be StartTls or SslOnConnect")]
    [InlineData("Smtp__Security", "StartTlsWhenAvailable", "must be StartTls or SslOnConnect")]
    public void What_would_weaken_production_is_refused_there_and_nowhere_else(string setting, string value, string fault)
    {
        var section = Sections.Single(section => setting.StartsWith($"{section.Name}__", StringComparison.Ordinal));
        Read(section, setting, value);
        var refused = Assert.Throws<OptionsValidationException>(() => Read(section, setting, value, "Production"));

        Assert.Contains(refused.Failures, failure => failure.StartsWith($"{setting}: {fault}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Passwords__MemoryKiB", "19456")]
    [InlineData("Passwords__MemoryKiB", "65536")]
    [InlineData("Smtp__Security", "SslOnConnect")]
    public void Production_takes_what_is_at_least_as_strong_as_the_default(string setting, string value) => Read(
        Sections.Single(section => setting.StartsWith($"{section.Name}__", StringComparison.Ordinal)), setting, value, "Production");

    [Theory]
    [InlineData("Accounts__Lifetime", "00:00:00")]
    [InlineData("Accounts__Lifetime", "365.00:00:00")]
    [InlineData("codes__digits", "8")]
    [InlineData("Email__Transport", "smtp")]
    [InlineData("Passkeys__RelyingPartyId", "")]
    [InlineData("Passkeys__Origins", "https://a.localhost:8443, android:apk-key-hash:sYUC8p5I9SxqFernBPHmDxz_YVZXmVJdW8s-m3RTTqE")]
    public void A_setting_may_be_anything_in_its_range(string setting, string value) => Read(
        Sections.Single(section => setting.StartsWith($"{section.Name}__", StringComparison.OrdinalIgnoreCase)), setting, value);

    [Fact]
    public void Every_setting_is_documented_and_in_the_sample()
    {
        var table = new StringBuilder();
        foreach (var section in Sections)
        {
            table.Append(null, $"\n## {section.Name}\n\n| setting | default | range | meaning |\n|---|---|---|---|\n");
            Describe(table, section.Name, section.Options);
            if (section.Named is { } named)
            {
                Describe(table, $"{section.Name}__{{name}}", named);
            }
        }

        var file = Repository.PathTo("docs", "settings.md");
        var text = File.ReadAllText(file);
        var head = text[..(text.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)];
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is not null)
        {
            File.WriteAllText(file, $"{head}\n{table}");
        }

        Assert.Equal($"{head}\n{table}", File.ReadAllText(file));
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        using var sample = JsonDocument.Parse(File.ReadAllText(Repository.PathTo("local.settings.sample.json")), options);
        var names = sample.RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name).ToList();
        Assert.Empty(Names().Matches(table.ToString()).Select(match => match.Groups[1].Value).Except(names));
        Assert.Empty(names.Where(name => name.Contains("__", StringComparison.Ordinal))
            .Except(Names().Matches(table.ToString()).Select(match => match.Groups[1].Value)));
    }

    private static void Describe(StringBuilder table, string prefix, Type options)
    {
        var defaults = Activator.CreateInstance(options);
        foreach (var property in options.GetProperties().Where(property => property.CanWrite))
        {
            var cells = string.Join(
                " | ", $"`{prefix}__{property.Name}`", DefaultOf(property, defaults), RangeOf(property), MeaningOf(property, prefix));
            table.Append(null, $"| {cells} |\n");
        }
    }

    private const string Mark = "<!-- Written by SettingsTests: UPDATE_DOCS=1 -->";

    private static void Read(SettingsSection section, string setting, string value, string environment = "Development")
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        using var sample = JsonDocument.Parse(File.ReadAllText(Repository.PathTo("local.settings.sample.json")), options);
        var settings = sample.RootElement.GetProperty("Values").EnumerateObject()
            .ToDictionary(
                entry => entry.Name.Replace("__", ":", StringComparison.Ordinal),
                entry => entry.Value.GetString(),
                StringComparer.OrdinalIgnoreCase);
        settings["Smtp:Host"] = "smtp.example.com";
        settings[setting.Replace("__", ":", StringComparison.Ordinal)] = value;
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton<Microsoft.Extensions.Hosting.IHostEnvironment>(
                new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { EnvironmentName = environment })
            .AddLogging()
            .AddAccountFunctions();
        using var provider = services.BuildServiceProvider();
        var reader = provider.GetRequiredService(typeof(IOptions<>).MakeGenericType(section.Options));
        try
        {
            _ = reader.GetType().GetProperty(nameof(IOptions<object>.Value))!.GetValue(reader);
        }
        catch (TargetInvocationException e)
        {
            throw e.InnerException!;
        }
    }

    private static string DefaultOf(PropertyInfo property, object? defaults) => property.GetValue(defaults) switch
    {
        "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        var value => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };

    private static string RangeOf(PropertyInfo property) => property switch
    {
        _ when property.GetCustomAttribute<RangeAttribute>() is { } range =>
            string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}"),
        _ when property.GetCustomAttribute<RequiredAttribute>() is not null => "required",
        { PropertyType.IsEnum: true } => string.Join(", ", Enum.GetNames(property.PropertyType)),
        _ => "",
    };

    private static string MeaningOf(PropertyInfo property, string section)
    {
        var name = $"P:{property.DeclaringType!.FullName}.{property.Name}";
        var summary = Documentation.Descendants("member").SingleOrDefault(member => member.Attribute("name")?.Value == name)
            ?.Element("summary");
        Assert.True(summary is not null, $"{name} has no summary");
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement see => $"`{section}__{see.Attribute("cref")!.Value.Split('.')[^1]}`",
            _ => node.ToString(),
        }));
        return Blanks().Replace(text, " ").Trim() + (Secret.Contains($"{section}__{property.Name}") ? " **Secret.**" : "");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\| `(\w+)` \|")]
    private static partial Regex Names();
}
