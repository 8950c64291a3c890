using System.Security.Cryptography;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Settings;

namespace AccountFunctions.Tests.Security;

public sealed class TokenOptionsTests
{
    [Theory]
    [InlineData("https://accounts.example.com/api", true)]
    [InlineData("http://localhost:7071/api", true)]
    [InlineData("https://example.com/accounts/api", true)]
    [InlineData("https://accounts.example.com/api/", false)]
    [InlineData("accounts.example.com/api", false)]
    [InlineData("//accounts.example.com/api", false)]
    [InlineData("ftp://accounts.example.com/api", false)]
    [InlineData("https://accounts.example.com/api?x=1", false)]
    [InlineData("https://accounts.example.com/api#x", false)]
    [InlineData("https://accounts.example.com/ api", false)]
    [InlineData("/api", false)]
    public void An_issuer_is_an_absolute_url_without_a_slash_at_its_end(string issuer, bool valid)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new TokenOptions { SigningKey = key.ExportPkcs8PrivateKeyPem(), Issuer = issuer, Audience = "shop" };
        var result = new SettingsValidator<TokenOptions>("Tokens").Validate(null, options);

        Assert.Equal(valid, result.Succeeded);
        Assert.All(result.Failures ?? [], failure => Assert.StartsWith("Tokens__Issuer: ", failure, StringComparison.Ordinal));
    }
}
