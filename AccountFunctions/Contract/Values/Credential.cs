namespace AccountFunctions.Contract.Values;

/// <summary>
/// A stored password hash: scheme, cost, salt and tag in one string (PHC string format). Operations pass it on and never look inside.
/// </summary>
public sealed record Credential
{
    private const char Separator = '$';

    private Credential(string stored) => Stored = stored;

    /// <summary>The string as the row stores it.</summary>
    public string Stored { get; }

    /// <summary>The salt alone, which all credentials of one address share; null if the text is no PHC string.</summary>
    public Salt? Salt => Stored.Split(Separator) is [_, _, .., { Length: > 0 } salt, { Length: > 0 }] ? new Salt(salt) : null;

    /// <summary>Takes whatever a row has, damaged or tampered with as it may be: no password matches such a credential.</summary>
    public static Credential Read(string stored) => new(stored);

    /// <summary>Returns nothing secret, so that a log cannot leak the hash.</summary>
    public override string ToString() => nameof(Credential);
}

/// <summary>A salt, base64 without padding.</summary>
public readonly record struct Salt(string Text);
