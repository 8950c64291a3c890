using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace AccountFunctions.Email;

/// <summary>
/// A request for a mail, as it travels through the queue: ids only, so that a copy of the queue reveals no address and no code.
/// <paramref name="Id"/> names the registration, request or account that the mail is about. <paramref name="Waits"/> counts how often the
/// job has waited for its row. <paramref name="IsCopy"/> is true for a job that was postponed.
/// </summary>
public sealed record EmailJob(EmailKind Kind, string AddressKey, string Id, DateTimeOffset Issued, int Waits = 0, bool IsCopy = false)
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The same for every delivery and every copy of one job, so that its mail is sent once.</summary>
    [JsonIgnore]
    public Guid OperationId => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}/{AddressKey}/{Id}/{Issued.UtcTicks}")).AsSpan(0, 16));
}
