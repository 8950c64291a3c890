using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Tests.Contract;

public sealed class EmailAddressTests
{
    [Theory, Holds("F2", "F4", "S10")]
    [InlineData("Ada@Example.com", "ada@example.com", "Ada@example.com")]
    [InlineData(" \tada@example.com\r\n", "ada@example.com", "ada@example.com")]
    [InlineData("ada+tag.x@mail.example.com", "ada+tag.x@mail.example.com", "ada+tag.x@mail.example.com")]
    [InlineData("ada@müller.example", "ada@xn--mller-kva.example", "ada@xn--mller-kva.example")]
    [InlineData("ada@ＥＸＡＭＰＬＥ.com", "ada@example.com", "ada@example.com")]
    [InlineData("a!#$%&'*+/=?^_`{|}~-z@example.com", "a!#$%&'*+/=?^_`{|}~-z@example.com", "a!#$%&'*+/=?^_`{|}~-z@example.com")]
    public void An_address_has_one_form_to_compare_and_one_to_send_to(string text, string canonical, string mailbox)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal((canonical, mailbox), (address.Canonical, address.Mailbox));
        Assert.Matches("^[0-9a-f]{64}$", address.Key);
        Assert.True(EmailAddress.TryParse(address.Canonical, out var again));
        Assert.Equal(address.Key, again.Key);
    }

    [Theory, Holds("F3", "F5", "S10")]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("ada@localhost")]
    [InlineData("ada@127.0.0.1")]
    [InlineData("ada@[127.0.0.1]")]
    [InlineData("ada@@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("a b@example.com")]
    [InlineData("Ada <ada@example.com>")]
    [InlineData("ada@example.com, eve@example.com")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("\"ada\"@example.com")]
    [InlineData(".ada@example.com")]
    [InlineData("ada.@example.com")]
    [InlineData("a..da@example.com")]
    [InlineData("ada@example..com")]
    [InlineData("ada@.example.com")]
    [InlineData("ada@example.com.")]
    [InlineData("ada@-example.com")]
    [InlineData("ada@example-.com")]
    [InlineData("ada@exam_ple.com")]
    [InlineData("mıke@example.com")]
    [InlineData("\u212Aelvin@example.com")]
    [InlineData("ada＠example.com")]
    [InlineData("ada@exa\0mple.com")]
    [InlineData("ada(comment)@example.com")]
    public void An_ambiguous_address_is_refused(string text) =>
        Assert.False(EmailAddress.TryParse(text, out _));

    [Theory, Holds("F3")]
    [InlineData(64, 63, true)]
    [InlineData(65, 63, false)]
    [InlineData(64, 64, false)]
    public void Parts_have_a_limit(int local, int label, bool good) =>
        Assert.Equal(good, EmailAddress.TryParse($"{new string('a', local)}@{new string('b', label)}.com", out _));

    [Theory, Holds("F3")]
    [InlineData(254, true)]
    [InlineData(255, false)]
    public void The_whole_has_a_limit(int length, bool good)
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('b', 61), 3)) + ".com";
        var text = $"{new string('a', length - domain.Length - 1)}@{domain}";

        Assert.Equal((length, good), (text.Length, EmailAddress.TryParse(text, out _)));
    }
}
