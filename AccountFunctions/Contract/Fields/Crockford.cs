namespace AccountFunctions.Contract.Fields;

/// <summary>
/// Crockford's base32 for codes that people copy: without the letters that look like digits, in groups of five. Reading ignores case, and
/// takes I and L for 1 and O for 0.
/// </summary>
public static class Crockford
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int GroupLength = 5;
    private const int BitsPerCharacter = 5;

    /// <summary>All bits, the last character filled up with zeros: 26 characters for 128 bits.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[((bytes.Length * 8) + BitsPerCharacter - 1) / BitsPerCharacter];
        for (var position = 0; position < characters.Length; position++)
        {
            var value = 0;
            for (var bit = position * BitsPerCharacter; bit < (position + 1) * BitsPerCharacter; bit++)
            {
                var isSet = bit < bytes.Length * 8 && (bytes[bit / 8] & (0x80 >> (bit % 8))) != 0;
                value = (value << 1) | (isSet ? 1 : 0);
            }

            characters[position] = Alphabet[value];
        }

        return new string(characters);
    }

    public static string Group(string code) => string.Join('-', code.Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>Null for what is no code of this many characters.</summary>
    /// <param name="text">Without separators.</param>
    public static string? Read(string text, int length)
    {
        var code = text.ToUpperInvariant().Replace('I', '1').Replace('L', '1').Replace('O', '0');
        return code.Length == length && code.All(Alphabet.Contains) ? code : null;
    }
}
