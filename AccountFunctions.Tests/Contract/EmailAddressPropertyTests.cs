using System.Text;
using AccountFunctions.Contract.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace AccountFunctions.Tests.Contract;

/// <summary>Properties that hold for every input.</summary>
public sealed class EmailAddressPropertyTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(5000);

    // Mostly near-addresses, from pieces that some parser treats specially.
    private static readonly Gen<string> Texts = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>(),
        Gen.Elements(
            "a", "B", "z9", ".", "..", "@", "+", "-", "_", " ", "\t", "\0", "\"", "(c)", "xn--", "xn--mnchen-3ya", "münchen", "\u0130", "ß",
            "ａ", "\u200d", "\u0301", "example", ".com", ".co.uk", "[::1]", "127.0.0.1", new string('l', 63), new string('m', 64),
            "\ud800", "😀").ListOf().Select(pieces => string.Concat(pieces)),
        from local in Gen.Elements("ada", "Ada.Lovelace", "a+b", "x'y", "1")
        from domain in Gen.Elements("example.com", "EXAMPLE.com", "bücher.example", "a.b-c.de")
        select $"{local}@{domain}");

    [Fact, Holds("F2", "F3")]
    public void Any_input_is_either_refused_or_parsed_to_its_canonical_form() => Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        if (!EmailAddress.TryParse(text, out var address))
        {
            return true;
        }

        var (local, domain) = address.Canonical.Split('@') is [var first, var second] ? (first, second) : default;
        return local is { Length: >= 1 and <= 64 }
            && domain.Split('.') is { Length: >= 2 } labels && labels.All(label => label.Length is >= 1 and <= 63)
            && address.Canonical.Length <= 254
            && Ascii.IsValid(address.Mailbox)
            && !address.Mailbox.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)
                || "()<>[],;:\\\"".Contains(character, StringComparison.Ordinal))
            && !address.Canonical.Any(char.IsUpper)
            && string.Equals(address.Mailbox, address.Canonical, StringComparison.OrdinalIgnoreCase);
    }).Check(Config);

    [Fact, Holds("F2")]
    public void Parsing_the_canonical_form_gives_the_canonical_form() => Prop.ForAll(Texts.ToArbitrary(), text =>
        !EmailAddress.TryParse(text, out var address)
            || (EmailAddress.TryParse(address.Canonical, out var again)
                && again.Canonical == address.Canonical
                && again.Key == address.Key)).Check(Config);

    [Fact, Holds("F2")]
    public void Case_and_outer_white_space_make_no_difference() => Prop.ForAll(Texts.ToArbitrary(), text =>
        !EmailAddress.TryParse(text, out var address)
            || (EmailAddress.TryParse($" {address.Mailbox.ToUpperInvariant()}\t", out var other)
                && other.Canonical == address.Canonical
                && other.Key == address.Key)).Check(Config);
}
