using AccountFunctions.Email;

namespace AccountFunctions.Tests.Email;

public sealed class EmailLanguageTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("de", "de")]
    [InlineData("de-AT, en;q=0.8", "de")]
    [InlineData("EN-us", "en")]
    [InlineData("fr;q=0.4, es;q=0.9", "es")]
    [InlineData("nl, tr;q=0.3", "tr")]
    [InlineData("ar;q=0, en;q=0.1", "en")]
    [InlineData("pt-BR", "pt")]
    [InlineData("zh", "zh-Hans")]
    [InlineData("zh-CN", "zh-Hans")]
    [InlineData("zh-Hans-CN", "zh-Hans")]
    [InlineData("zh-TW, en;q=0.5", "en")]
    [InlineData("nl-BE", null)]
    [InlineData("*", null)]
    [InlineData("e", null)]
    [InlineData("-", null)]
    [InlineData("de_DE", "de")]
    [InlineData("<script>, de;q=x", null)]
    public void The_client_gets_its_preferred_supported_language(string? header, string? language) =>
        Assert.Equal(language, EmailLanguage.Choose(header));

    // As browsers send them: Chrome, Firefox and Safari on desktops and phones, an Android app.
    [Theory]
    [InlineData("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "en")]
    [InlineData("zh-TW,zh;q=0.8,en-US;q=0.5,en;q=0.3", "en")]
    [InlineData("zh-HK,zh;q=0.9", null)]
    [InlineData("zh-TW,zh-Hant;q=0.9", null)]
    [InlineData("zh-Hant-TW", null)]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans")]
    [InlineData("zh-CN,zh;q=0.8,zh-TW;q=0.7,zh-HK;q=0.5,en-US;q=0.3,en;q=0.2", "zh-Hans")]
    [InlineData("zh-CN,zh-Hans;q=0.9", "zh-Hans")]
    [InlineData("de-CH,de;q=0.9,en;q=0.8", "de")]
    [InlineData("es-419,es;q=0.9,en;q=0.8", "es")]
    [InlineData("ar-EG,ar;q=0.9,en-GB;q=0.8", "ar")]
    [InlineData("tr-TR,tr;q=0.9,en-US;q=0.8", "tr")]

    // Scripts that the readers of a language may or may not read.
    [InlineData("zh-Hans-TW,en;q=0.5", "zh-Hans")]
    [InlineData("zh-SG", "zh-Hans")]
    [InlineData("zh-US", null)]
    [InlineData("ar-Latn,en;q=0.5", "en")]
    [InlineData("de-Latn-DE-1996-u-co-phonebk", "de")]
    public void The_language_is_one_in_a_script_that_the_user_reads(string header, string? language) =>
        Assert.Equal(language, EmailLanguage.Choose(header));

    [Fact]
    public void A_long_header_is_read_up_to_a_bound() =>
        Assert.Null(EmailLanguage.Choose(string.Join(',', Enumerable.Repeat("nl", 10_000)) + ",de"));
}
