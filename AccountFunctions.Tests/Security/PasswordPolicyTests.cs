using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Security;

public sealed class PasswordPolicyTests
{
    private readonly PasswordPolicy policy = new(Options.Create(new PasswordOptions()), new ProductName("Alive Diary"));

    [Theory, Holds("D2")]
    [InlineData("correct horse battery staple")]
    [InlineData("blue tractor 77")]
    [InlineData("   a pass word   ")]
    [InlineData("onlylowercaseletters")]
    [InlineData("Ünïcödé🎈ok")]
    [InlineData("vk3!Qpz8")]
    [InlineData("密码是一个很长的句子")]
    [InlineData("correct correct horse")]
    public void A_good_password_is_accepted(string password) => Assert.Null(policy.Check(password, "ada@example.com", "Ada", "Lovelace"));

    [Theory, Holds("D1", "D4", "S10")]
    [InlineData("short77", "too_short")]
    [InlineData("🎈🎈x🎈y🎈z", "too_short")]
    [InlineData("e\u0301e\u0301xe\u0301ye\u0301z", "too_short")]
    [InlineData("password1", "too_common")]
    [InlineData("PassWord1", "too_common")]
    [InlineData("ｐａｓｓｗｏｒｄ１", "too_common")]
    [InlineData("iloveyou1", "too_common")]
    [InlineData("aaaaaaaaaaaa", "too_common")]
    [InlineData("abababababab", "too_common")]
    [InlineData("monkeymonkey", "too_common")]
    [InlineData("12345678901", "too_common")]
    [InlineData("87654321", "too_common")]
    [InlineData("qwertyuiopasdfghjkl", "too_common")]
    [InlineData("abcd1234", "too_common")]
    [InlineData("1111aaaa", "too_common")]
    [InlineData("1q2w3e4r5t6y", "too_common")]
    [InlineData("ada@example.com", "too_similar")]
    [InlineData("ADA@Example.com", "too_similar")]
    [InlineData("example.com", "too_similar")]
    [InlineData("Lovelace1815", "too_similar")]
    [InlineData("ada-lovelace", "too_similar")]
    [InlineData("AliveDiary", "too_similar")]
    [InlineData("alive diary 2026", "too_similar")]
    public void A_weak_password_is_refused_with_its_reason(string password, string reason) =>
        Assert.Equal(reason, policy.Check(password, "ada@example.com", "Ada", "Lovelace", "AdaLovelace"));

    [Theory, Holds("D1")]
    [InlineData(256, null)]
    [InlineData(257, "too_long")]
    [InlineData(100_000, "too_long")]
    public void The_longest_password_has_256_code_points(int length, string? reason) =>
        Assert.Equal(
            reason, policy.Check(string.Concat(Enumerable.Range(0, length).Select(i => char.ConvertFromUtf32(0x1F300 + (i * 7 % 300))))));

    [Fact, Holds("D3")]
    public void A_lone_surrogate_is_no_character() => Assert.Equal("invalid", policy.Check("\ud800 a lone surrogate"));

    [Fact, Holds("D4")]
    public void More_than_ten_thousand_common_passwords_of_policy_length_are_known()
    {
        using var list = new StreamReader(typeof(PasswordPolicy).Assembly.GetManifestResourceStream("CommonPasswords.txt")!);
        var common = list.ReadToEnd().Split('\n').Where(password => password.Length >= 8).ToList();

        Assert.True(common.Count > 10_000);
        Assert.All(common.Where((_, i) => i % 97 == 0), password => Assert.Equal("too_common", policy.Check(password.ToUpperInvariant())));
    }
}
