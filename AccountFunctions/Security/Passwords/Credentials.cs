using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;

namespace AccountFunctions.Security.Passwords;

/// <summary>Passwords for operations: checks new ones against the policy, and verifies others against credentials.</summary>
public sealed class Credentials(PasswordPolicy policy, PasswordHasher hasher, HashGate gate)
{
    /// <inheritdoc cref="PasswordPolicy.Check"/>
    public string? Check(string password, params IEnumerable<string> personal) => policy.Check(password, personal);

    /// <summary>Reads an existing password; null if it is invalid.</summary>
    public string? ReadCurrent(FieldErrors errors, string field, Member<string> member)
    {
        var password = errors.Required(field, member);
        if (password is not null && policy.IsTooLong(password))
        {
            errors.Add(field, FieldError.TooLong);
            return null;
        }

        return password;
    }

    public HashPlace NewPlace() => new(gate);

    /// <inheritdoc cref="PasswordHasher.HashAsync"/>
    public Task<Credential> HashAsync(string password, Salt? salt, CancellationToken cancellationToken) =>
        hasher.HashAsync(password, salt, cancellationToken);

    /// <inheritdoc cref="PasswordHasher.VerifyAsync"/>
    public Task<int> VerifyAsync(string password, IReadOnlyList<Credential?> stored, CancellationToken cancellationToken) =>
        hasher.VerifyAsync(password, stored, cancellationToken);

    /// <inheritdoc cref="PasswordHasher.NeedsRehash"/>
    public bool NeedsRehash(Credential stored) => hasher.NeedsRehash(stored);
}
