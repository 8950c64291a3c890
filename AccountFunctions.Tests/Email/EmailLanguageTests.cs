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

    [Fact]
    public void A_long_header_is_read_up_to_a_bound() =>
        Assert.Null(EmailLanguage.Choose(string.Join(',', Enumerable.Repeat("nl", 10_000)) + ",de"));
}
