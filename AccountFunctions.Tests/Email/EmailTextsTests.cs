using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AccountFunctions.Email;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Email;

public sealed partial class EmailTextsTests(AzuriteFixture azurite)
{
    private const string Code = "024680";
    private static readonly EmailTexts Texts = new(
        Options.Create(new EmailOptions { ProductName = "Tom & <b>Co</b>", Sender = "accounts@example.com" }));

    public static TheoryData<string> Languages => [.. EmailLanguage.Supported];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_language_has_every_text_with_the_same_placeholders(string language)
    {
        var resources = new ResourceManager("AccountFunctions.Email.Texts.Mail", typeof(EmailTexts).Assembly);
        Dictionary<string, string> Read(string name) => resources.GetResourceSet(
                name == "en" ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(name), createIfNotExists: true, tryParents: false)!
            .Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        string Placeholders(string text) =>
            string.Join(' ', Placeholder().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));

        var english = Read("en");
        var texts = Read(language);

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), texts.Keys.Order(StringComparer.Ordinal));
        Assert.All(texts, text => Assert.Equal(Placeholders(english[text.Key]), Placeholders(text.Value)));
        Assert.All(texts, text => Assert.Equal(english[text.Key].Split("\n\n").Length, text.Value.Split("\n\n").Length));
        Assert.Equal(
            language is "en", texts.Any(text => text.Key.EndsWith(".Text", StringComparison.Ordinal) && text.Value == english[text.Key]));
    }

    [Theory, Holds("F5")]
    [MemberData(nameof(Languages))]
    public void Html_is_well_formed_escaped_self_contained_and_names_its_language(string language)
    {
        Assert.All(All(language), mail =>
        {
            var html = XDocument.Parse(mail.Html).Root!;
            var direction = language == "ar" ? "rtl" : "ltr";

            Assert.Equal((language, direction), (html.Attribute("lang")?.Value, html.Attribute("dir")?.Value));
            var article = html.Descendants("div").Single(element => element.Attribute("role")?.Value == "article");
            Assert.Equal((language, direction), (article.Attribute("lang")?.Value, article.Attribute("dir")?.Value));
            Assert.Contains("Tom & <b>Co</b>", html.Value, StringComparison.Ordinal);
            Assert.Empty(html.Descendants("b"));
            Assert.DoesNotMatch(@"https?:|url\(|src=|href=|<script|[^-]color:|background", mail.Html);
            Assert.DoesNotMatch(@"[{}]|\n", mail.Subject + mail.Html);
        });
    }

    [Fact]
    public void A_logo_stands_for_the_name_of_the_product()
    {
        var texts = new EmailTexts(Options.Create(
            new EmailOptions { ProductName = "Tom & Co", AccentColor = "#aa0000", LogoUrl = "https://example.com/logo.png?a=1&b=\"" }));
        var html = XDocument.Parse(texts.ResetCode("en", Code, TimeSpan.FromMinutes(10)).Html);
        var logo = html.Descendants("h1").Elements("img").Single();

        Assert.Equal(("https://example.com/logo.png?a=1&b=\"", "Tom & Co"), (logo.Attribute("src")?.Value, logo.Attribute("alt")?.Value));
        Assert.Equal(2, html.Descendants().Count(element => element.Attribute("style")?.Value.Contains("solid #aa0000") == true));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_code_is_in_subject_and_text_and_first_in_the_preview_line(string language)
    {
        Assert.All(new[] { Texts.ActivationCode(
            language, Code, TimeSpan.FromDays(1)), Texts.ResetCode(language, Code, TimeSpan.FromMinutes(10)) }, mail =>
        {
            Assert.Contains(Code, mail.Subject, StringComparison.Ordinal);
            Assert.Contains($"\n\n{Code}\n\n", mail.PlainText, StringComparison.Ordinal);
            Assert.Matches($"<body[^>]*><div style=\"display:none\">{Code}</div>", mail.Html);
        });
    }

    [Theory]
    [InlineData("1.00:00:00", "24 hours")]
    [InlineData("00:10:00", "10 minutes")]
    [InlineData("01:30:00", "90 minutes")]
    [InlineData("00:00:45", "45 seconds")]
    [InlineData("23:59:59", "24 hours")]
    [InlineData("23:59:29", "23 hours")]
    [InlineData("00:09:41.5", "10 minutes")]
    [InlineData("00:09:29.5", "9 minutes")]
    [InlineData("00:01:29.9", "89 seconds")]
    public void The_time_that_a_code_has_left_is_named_and_at_most_half_a_minute_more(string span, string shown) =>
        Assert.Contains(
            $"The code works for {shown}.\n",
            Texts.ResetCode("en", Code, TimeSpan.Parse(span, CultureInfo.InvariantCulture)).PlainText,
            StringComparison.Ordinal);

    [Fact]
    public void Without_a_language_the_default_is_used()
    {
        var german = new EmailTexts(Options.Create(new EmailOptions { ProductName = "Example", DefaultLanguage = "de" }));

        Assert.Equal("Ihr Passwort bei Example wurde geändert", german.Notice(Act.PasswordChanged.Notice!, null, null, null).Subject);
    }

    [Fact]
    public async Task The_language_of_the_registration_is_that_of_all_mails_that_follow()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        app.Client.DefaultRequestHeaders.Add("Accept-Language", "tr-TR,tr;q=0.9,en;q=0.8");
        await app.ActivateAsync("ada@example.com");
        app.Client.DefaultRequestHeaders.Remove("Accept-Language");
        await app.PostAsync("code", new { username = "ada@example.com" });
        var mails = await app.WaitForMailsAsync("ada@example.com", 2);

        Assert.StartsWith("Example etkinleştirme kodunuz: ", mails[0].Subject, StringComparison.Ordinal);
        Assert.StartsWith("Example şifre sıfırlama kodunuz: ", mails[1].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_mail_names_the_time_that_is_left()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await app.RegisterAsync("ada@example.com");
        await app.WaitForMailsAsync("ada@example.com", 1);
        app.Time.Advance(TimeSpan.FromHours(20.5));
        await app.PostAsync("code", new { username = "ada@example.com" });
        var mails = await app.WaitForMailsAsync("ada@example.com", 2);

        Assert.Contains("The code works for 24 hours.\n", mails[0].PlainText, StringComparison.Ordinal);
        Assert.Contains("The code works for 3 hours.\n", mails[1].PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resent_activation_code_leaves_although_the_reset_code_beside_it_has_expired()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Codes:ResetLifetime"] = "00:00:00" });
        await app.RegisterAsync("ada@example.com");
        await app.WaitForMailsAsync("ada@example.com", 1);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.PostAsync("code", new { username = "ada@example.com" });

        Assert.Equal(2, (await app.WaitForMailsAsync("ada@example.com", 2)).Count);
    }

    [Fact]
    public async Task The_gallery_shows_every_mail_in_every_language()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        var pages = new HashSet<string>();
        foreach (var language in EmailLanguage.Supported)
        {
            var page = await app.Client.GetStringAsync($"/api/docs/mails?language={language}");
            Assert.Equal(All(language).Length, page.Split("<iframe sandbox=").Length - 1);
            Assert.True(pages.Add(page));
        }

        Assert.Contains(await app.Client.GetStringAsync("/api/docs/mails"), pages);
    }

    private static EmailText[] All(string language) =>
    [
        Texts.ActivationCode(language, Code, TimeSpan.FromDays(1)),
        Texts.AlreadyRegistered(language),
        Texts.ResetCode(language, Code, TimeSpan.FromMinutes(10)),
        Texts.SignInCode(language, Code, TimeSpan.FromMinutes(10)),
        Texts.SetPassword(language, Code, TimeSpan.FromMinutes(10)),
        Texts.NewSignIn(language, DateTimeOffset.UnixEpoch),
        Texts.EmailChange(language, Code, TimeSpan.FromMinutes(10)),
        Texts.AddressTaken(language),
        .. Act.All.Select(act => act.Notice).OfType<Notice>()
            .Select(notice => Texts.Notice(
                notice, language, DateTimeOffset.UnixEpoch, notice.CarriesTakeBackCode ? "01234-56789-ABCDE-FGHJK-MNPQR-S" : null)),
    ];

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
