using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// A request for a mail, as the queue carries it: ids only, so that even its reader learns no address and no code.
/// </summary>
/// <param name="Kind">One of <see cref="MailKind"/>, or the word of an <see cref="Act"/> for its notice.</param>
/// <param name="AddressKey">The key of the address that gets the mail.</param>
/// <param name="Id">The id of the registration, request or account that the mail is about.</param>
/// <param name="Issued">The time of the row that the mail is about.</param>
/// <param name="Waits">How often the job has waited for its row.</param>
/// <param name="IsCopy">True if the job is the copy of a postponed one.</param>
public sealed record EmailJob(string Kind, string AddressKey, string Id, DateTimeOffset Issued, int Waits = 0, bool IsCopy = false) : Job
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The W3C trace context of the request that sent the job, which its mail continues.</summary>
    public string? Trace { get; init; }

    /// <summary>Whether the mail tells the owner of an account what happened to it. Any other carries a code.</summary>
    [JsonIgnore]
    public bool IsNotice => Kind is not (MailKind.Registration or MailKind.Code or MailKind.SignInCode or MailKind.EmailChange);

    /// <summary>How long the job stays invisible when it is first sent.</summary>
    [JsonIgnore]
    public TimeSpan Delay { get; init; }

    /// <summary>The same for every delivery and copy of one job, so that its mail is sent once.</summary>
    [JsonIgnore]
    public Guid OperationId => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}/{AddressKey}/{Id}/{Issued.UtcTicks}")).AsSpan(0, 16));
}

/// <summary>The mails that are not notices of an <see cref="Act"/>.</summary>
public static class MailKind
{
    /// <summary>After a registration: the activation code, or a notice to the owner of a taken address.</summary>
    public const string Registration = "registration";

    /// <summary>On request: a reset code, or the activation code again.</summary>
    public const string Code = "code";

    /// <summary>On request: a code to sign in with.</summary>
    public const string SignInCode = "sign_in_code";

    /// <summary>After a request to move an account to this address: the code, or a notice to the owner of a taken address.</summary>
    public const string EmailChange = "email_change";

    /// <summary>Tells the owner of a sign-in with a new client. One mail covers the sign-ins of an hour.</summary>
    public const string NewSignIn = "new_sign_in";
}
