using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Security.Identities;

/// <summary>A user at another provider, as a valid ID token, and what the provider says besides, describe it.</summary>
/// <param name="Provider">The provider's name in the settings.</param>
/// <param name="Issuer">The issuer of the token; one of its names if it has several.</param>
/// <param name="Subject">Identifies the user at that issuer, for ever.</param>
public sealed record ExternalIdentity(string Provider, string Issuer, string Subject)
{
    /// <summary>Null: the provider tells none, or none that the app takes.</summary>
    public EmailAddress? Email { get; init; }

    /// <summary>Whether the provider vouches that the user owns <see cref="Email"/>.</summary>
    public bool IsVerified { get; init; }

    /// <summary>Empty if the provider tells none that the app takes.</summary>
    public string FirstName { get; init; } = "";

    /// <inheritdoc cref="FirstName"/>
    public string LastName { get; init; } = "";

    /// <summary>When the user last signed in at the provider; when the token was issued, if the provider does not say.</summary>
    public DateTimeOffset Authenticated { get; init; }

    /// <summary>With these names, if there are none yet.</summary>
    public ExternalIdentity WithNames(string firstName, string lastName) =>
        FirstName.Length > 0 || LastName.Length > 0 ? this : this with { FirstName = firstName.Trim(), LastName = lastName.Trim() };
}
