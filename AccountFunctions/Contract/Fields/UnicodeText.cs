using System.Buffers;
using System.Globalization;
using System.Text;

namespace AccountFunctions.Contract.Fields;

/// <summary>Checks and folds untrusted text.</summary>
internal static class UnicodeText
{
    // Dots of several scripts, and the minus sign, which Unicode does not class as a dash.
    private const string Separators = ".·•‧。・\u2212";

    // A byte order mark in the wrong byte order; string.Normalize throws on it.
    private const int SwappedByteOrderMark = 0xFFFE;

    /// <summary>
    /// False for lone surrogates, which are not characters and would all become the same bytes in UTF-8, and for text without a normal
    /// form.
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) is not OperationStatus.Done
                || rune.Value == SwappedByteOrderMark)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }

    /// <summary>
    /// The compatibility form (NFKC) without white space, hyphens and dashes, dots, and invisible format characters.
    /// </summary>
    /// <param name="text">Must be well-formed.</param>
    public static string WithoutSeparators(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).EnumerateRunes().Where(rune => !IsSeparator(rune)));

    private static bool IsSeparator(Rune rune) =>
        Rune.IsWhiteSpace(rune)
        || (rune.IsBmp && Separators.Contains((char)rune.Value))
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
