using System.Globalization;
using AccountFunctions.Security.Codes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Tests.Security;

public sealed class VerificationCodesTests
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    [Theory, Holds("B1")]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    public void A_code_has_the_configured_number_of_digits(int digits) =>
        Assert.All(
            Enumerable.Range(0, 1000),
            i => Assert.Matches($"^[0-9]{{{digits}}}$", Codes(digits).Derive(CodePurpose.Reset, "address", $"{i}")));

    [Fact, Holds("B1", "B6", "S1")]
    public void A_code_belongs_to_its_purpose_address_nonce_and_key()
    {
        var code = Codes(10).Derive(CodePurpose.Reset, "address", "nonce");

        Assert.Equal(code, Codes(10).Derive(CodePurpose.Reset, "address", "nonce"));
        Assert.NotEqual(code, Codes(10).Derive(CodePurpose.Activation, "address", "nonce"));
        Assert.NotEqual(code, Codes(10).Derive(CodePurpose.Reset, "other", "nonce"));
        Assert.NotEqual(code, Codes(10).Derive(CodePurpose.Reset, "address", "other"));
        Assert.NotEqual(
            code, Codes(10, Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)])).Derive(CodePurpose.Reset, "address", "nonce"));
    }

    [Fact, Holds("B1")]
    public void Codes_are_spread_evenly()
    {
        const int Samples = 100_000;
        var codes = Codes(6);
        var counts = new int[100];
        for (var i = 0; i < Samples; i++)
        {
            counts[int.Parse(codes.Derive(CodePurpose.Activation, "address", $"{i}"), CultureInfo.InvariantCulture) / 10_000]++;
        }

        // Chi-square with 99 degrees of freedom: 160 is exceeded by chance once in ten thousand keys, and this key does not change.
        Assert.True(counts.Sum(count => Math.Pow(count - (Samples / 100), 2) / (Samples / 100)) < 160);
    }

    [Fact, Holds("B9")]
    public void Only_the_same_ascii_digits_match()
    {
        var codes = Codes(6);
        var code = codes.Derive(CodePurpose.Reset, "address", "nonce");

        Assert.True(codes.Matches(code, CodePurpose.Reset, "address", "nonce"));
        var arabic = string.Concat(code.Select(digit => (char)(0x0660 + digit - '0')));
        Assert.All(
            [arabic, code + "0", code[..5], "", " " + code, "+" + code[1..]],
            wrong => Assert.False(codes.Matches(wrong, CodePurpose.Reset, "address", "nonce")));
    }

    [Fact, Holds("B1")]
    public void A_nonce_has_128_random_bits()
    {
        Assert.Matches("^[0-9a-f]{32}$", VerificationCodes.NewNonce());
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => VerificationCodes.NewNonce()).Distinct().Count());
    }

    private static VerificationCodes Codes(int digits, string? key = null) =>
        new(Options.Create(new CodeOptions { Key = key ?? Key, Digits = digits }), FixedCodes.None);
}
