using AccountFunctions.Email;
using AccountFunctions.Settings;

namespace AccountFunctions.Tests.Email;

public sealed class EmailOptionsTests
{
    [Theory]
    [InlineData("accounts@example.com", true)]
    [InlineData("DoNotReply@0f1e2d3c-0000-4000-8000-000000000000.azurecomm.net", true)]
    [InlineData("Example <accounts@example.com>", false)]
    [InlineData("<accounts@example.com>", false)]
    [InlineData(" accounts@example.com", false)]
    [InlineData("accounts@example.com,ops@example.com", false)]
    [InlineData("accounts@localhost", false)]
    [InlineData("accounts@münchen.example", false)]
    [InlineData("accounts", false)]
    [InlineData("", false)]
    public void A_sender_is_a_bare_address(string sender, bool valid)
    {
        var result = new SettingsValidator<EmailOptions>("Email").Validate(null, new() { Sender = sender, ProductName = "Example" });

        Assert.Equal(valid, result.Succeeded);
        Assert.All(result.Failures ?? [], failure => Assert.StartsWith("Email__Sender: ", failure, StringComparison.Ordinal));
    }
}
