using System.Text.RegularExpressions;

namespace AccountFunctions.Tests.Documentation;

/// <summary>The texts of the sample web app.</summary>
public sealed class SampleTextsTests
{
    [Theory]
    [InlineData("ar")]
    [InlineData("de")]
    [InlineData("es")]
    [InlineData("fr")]
    [InlineData("pt")]
    [InlineData("tr")]
    [InlineData("zh-Hans")]
    public void Every_text_of_the_sample_is_translated(string language)
    {
        var source = string.Concat(Directory.GetFiles(Repository.PathTo("samples", "web"), "*.js").Select(File.ReadAllText));
        var used = Regex.Matches(source, @"\bt\('([^']*)'").Select(match => match.Groups[1].Value).Distinct().Order();
        var translations = Regex.Matches(Read("languages", $"{language}.js"), @"^  '([^']*)': '(.*)',$", RegexOptions.Multiline)
            .Select(match => (English: match.Groups[1].Value, Translation: match.Groups[2].Value)).ToList();

        Assert.Equal(used, translations.Select(text => text.English).Order());
        Assert.All(translations, text => Assert.Equal(HasPlace(text.English), HasPlace(text.Translation)));

        static string Read(params ReadOnlySpan<string> path) => File.ReadAllText(Repository.PathTo(["samples", "web", .. path]));
        static bool HasPlace(string text) => text.Contains("{0}", StringComparison.Ordinal);
    }
}
