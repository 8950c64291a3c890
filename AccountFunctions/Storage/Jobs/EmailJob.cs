using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// A request for a mail, as it travels through the queue: ids only, so that a copy of the queue reveals no address and no code.
/// </summary>
/// <param name="Kind">One of <see cref="MailKind"/>, or the word of an <see cref="Act"/>: its notice.</param>
/// <param name="AddressKey">Where the mail goes.</param>
/// <param name="Id">Names the registration, request or account that the mail is about.</param>
/// <param name="Issued">The time of the row that the mail is about.</param>
/// <param name="Waits">How often the job has waited for its row.</param>
/// <param name="IsCopy">True for a job that was postponed.</param>
public sealed record EmailJob(string Kind, string AddressKey, string Id, DateTimeOffset Issued, int Waits = 0, bool IsCopy = false) : Job
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>How long the job stays invisible when it is sent first.</summary>
    [JsonIgnore]
    public TimeSpan Delay { get; init; }

    /// <summary>The same for every delivery and every copy of one job, so that its mail is sent once.</summary>
    [JsonIgnore]
    public Guid OperationId => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}/{AddressKey}/{Id}/{Issued.UtcTicks}")).AsSpan(0, 16));
}

/// <summary>The mails that are not notices of an <see cref="Act"/>.</summary>
public static class MailKind
{
    /// <summary>After a registration: the activation code, or a notice to the owner of an address that is taken.</summary>
    public const string Registration = "registration";

    /// <summary>On request: a code that resets the password, or the activation code again.</summary>
    public const string Code = "code";

    /// <summary>An account wants this address: the code, or a notice to the owner of an address that is taken.</summary>
    public const string EmailChange = "email_change";

    /// <summary>Tells the owner of a sign-in with a client that is new to the account. One mail covers the sign-ins of an hour.</summary>
    public const string NewSignIn = "new_sign_in";
}
