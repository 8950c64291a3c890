using System.Security.Cryptography;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace Benchmarks.Load;

/// <summary>Rows like those that the app writes, and of the same size.</summary>
internal static class FloorRows
{
    /// <summary>The id of every session.</summary>
    public const string SessionId = "0123456789abcdef0123456789abcdef";

    /// <summary><see cref="DeviceEntity.Hash"/> of every device.</summary>
    public const string DeviceHash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>The current time: events with one fixed time would collide.</summary>
    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>As large as a hash of the current cost.</summary>
    public static readonly Credential Credential = NewCredential(new PasswordOptions());

    private const string Username = "ada.lovelace@example.com";

    public static AccountEntity Account(string id) => new(id)
    {
        Username = Username,
        Mailbox = Username,
        Credential = Credential,
        PasswordChanged = Now,
        FirstName = "",
        LastName = "",
        Language = "en",
        Role = AccountEntity.ClientRole,
        ExpirationDate = Now,
        Disabled = false,
        Version = 1,
        Created = Now,
    };

    public static SessionEntity Session(string account, string id) => new(account, id)
    {
        Counter = 1,
        Hash = NewKey(),
        Version = 1,
        Created = Now,
        LastUsed = Now,
        Expires = Now,
    };

    public static DeviceEntity Device(string account) => new(account, DeviceHash)
    {
        Created = Now,
        LastUsed = Now,
        PasswordChanged = Now,
    };

    public static PendingEntity Pending(string address) => new(address, SessionId)
    {
        Username = Username,
        Mailbox = Username,
        Credential = Credential,
        FirstName = "",
        LastName = "",
        Language = "en",
        Nonce = NewKey(),
        TriesLeft = 5,
        Issued = Now,
        Expires = Now,
    };

    public static MailedCodeEntity ResetCode(string address) => new(address, CodeUse.Reset, device: null)
    {
        Nonce = NewKey(),
        TriesLeft = 5,
        Issued = Now,
        Expires = Now,
    };

    public static ClaimEntity Claim(string address, string account) => new(address, account) { Clients = [NewKey()] };

    public static GuardEntity Guard(string address) => new(address) { MailTimes = [1] };

    public static MailEntity Mail(string address) =>
        new(address, Guid.CreateVersion7(Now)) { Sent = true, BusyUntil = Now, Expires = Now };

    public static EventEntity Activated(string account) => new(account, Act.Activated, Actor.App, Now);

    public static EventEntity SignedIn(string account) => new(account, Act.SignedIn, new Actor(SessionId), Now);

    public static string NewKey() => RandomNumberGenerator.GetHexString(32);

    private static Credential NewCredential(PasswordOptions options) => Credential.Read(
        new Argon2Hash(options.MemoryKiB, options.Iterations, options.Parallelism, new byte[16], new byte[32]).ToString());
}
