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

    /// <summary>The salt, which all credentials of one address share.</summary>
    public Salt Salt => new(Stored.Split(Separator)[^2]);

    /// <exception cref="InvalidOperationException">The text is not a PHC string with a salt and a tag.</exception>
    public static Credential Read(string stored) => stored.Split(Separator) is ["", _, .., { Length: > 0 }, { Length: > 0 }]
        ? new Credential(stored)
        : throw new InvalidOperationException("A stored credential is not a PHC string.");

    /// <summary>Returns nothing secret, so that a log cannot leak the hash.</summary>
    public override string ToString() => nameof(Credential);
}

/// <summary>A salt, base64 without padding.</summary>
public readonly record struct Salt(string Text);
