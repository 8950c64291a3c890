using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace AccountFunctions.Email;

/// <summary>
/// A mail to be written, as it travels through the queue: ids only, so that a copy of the queue tells no address and no code.
/// <paramref name="Id"/> is that of the registration, request or account the mail is about; <paramref name="Waits"/> counts how often the job has waited for it;
/// <paramref name="IsCopy"/> tells that it was postponed.
/// </summary>
public sealed record EmailJob(EmailKind Kind, string AddressKey, string Id, DateTimeOffset Issued, int Waits = 0, bool IsCopy = false)
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The same for every delivery and every copy of one job, so that its mail is sent once.</summary>
    [JsonIgnore]
    public Guid OperationId => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}/{AddressKey}/{Id}/{Issued.UtcTicks}")).AsSpan(0, 16));
}

public enum EmailKind
{
    /// <summary>Somebody registered: the activation code, or word to the owner of an address that is taken.</summary>
    Registration,

    /// <summary>Somebody asked for a code: to reset the password, or the activation code again.</summary>
    Code,

    /// <summary>Word to the owner that the password was changed.</summary>
    PasswordChanged,

    /// <summary>Word to the owner that the password was reset.</summary>
    PasswordReset,

    /// <summary>Word to the owner that somebody signed in with a client that is new to the account.</summary>
    NewSignIn,
}
