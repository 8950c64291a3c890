namespace AccountFunctions.Contract.Values;

/// <summary>
/// What a password is checked against, in one stored string: scheme, cost, salt and tag (PHC string format). Operations pass it on and
/// never look inside.
/// </summary>
public sealed record Credential
{
    private const char Separator = '$';

    private Credential(string stored) => Stored = stored;

    /// <summary>As a row keeps it.</summary>
    public string Stored { get; }

    /// <summary>The salt alone. All credentials of one address share it.</summary>
    public Salt Salt => new(Stored.Split(Separator)[^2]);

    /// <exception cref="InvalidOperationException">The text is no PHC string with a salt and a tag.</exception>
    public static Credential Read(string stored) => stored.Split(Separator) is ["", _, .., { Length: > 0 }, { Length: > 0 }]
        ? new Credential(stored)
        : throw new InvalidOperationException("A stored credential is no PHC string.");

    /// <summary>Never the secret part.</summary>
    public override string ToString() => nameof(Credential);
}

/// <summary>A salt, base64 without padding.</summary>
public readonly record struct Salt(string Text);
