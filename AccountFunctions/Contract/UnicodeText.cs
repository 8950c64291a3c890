using System.Buffers;
using System.Text;

namespace AccountFunctions.Contract;

/// <summary>Text as it may come from anybody.</summary>
internal static class UnicodeText
{
    // A byte order mark read the wrong way round; string.Normalize throws on it.
    private const int SwappedByteOrderMark = 0xFFFE;

    /// <summary>
    /// False for lone surrogates, which are no characters and would all become the same bytes in UTF-8, and for what has no normal form.
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
}
