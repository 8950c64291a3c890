using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Profile;

public sealed record AccountExport(
    [Field("The account.")] AccountExportDetails Account,
    [Field("Its addresses: the current one and the recovery address.")] IReadOnlyList<AddressExport> Addresses,
    [Field("Its sessions.")] IReadOnlyList<SessionExport> Sessions,
    [Field("The clients whose failed sign-ins are counted separately.")] IReadOnlyList<DeviceExport> Devices,
    [Field("Its passkeys.")] IReadOnlyList<PasskeyExport> Passkeys,
    [Field("The identities at other providers that are linked to it.")] IReadOnlyList<IdentityExport> Identities,
    [Field("Its history, newest first.")] IAsyncEnumerable<EventExport> Events);

public sealed record AccountExportDetails(
    [Field("The account's id, `sub` of the access tokens.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string Id,
    [Field("The account as `details` returns it.")] UserReply Details,
    [Field("Whether the owner has chosen the language.", Example = false)] bool HasChosenLanguage,
    [Field("Whether the account is disabled.", Example = false)] bool Disabled,
    [Field("When the account was created.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When the password was last set.", Example = "2026-11-23T12:00:00Z")] DateTime PasswordChanged,
    [Field("Since when the account has an authenticator app; null: it has none.", Example = "2026-11-23T12:00:00Z")]
    DateTime? SecondFactorSince,
    [Field("When the account will be deleted; null if no deletion was requested.", Example = "2026-12-07T12:00:00Z")] DateTime? DeletesAt,
    [Field("Until when the former address can recover the account.", Example = "2026-11-26T12:00:00Z")]
    DateTime? RecoveryUntil,
    [Field("The new address, until its code is redeemed.", Example = "new@example.com")] string? NewAddress);

public sealed record AddressExport(
    [Field("The address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("The address as mail is sent to it.", Example = "Ada@example.com")] string Mailbox,
    [Field("Failed sign-ins since the last success.", Example = 0)] int FailedSignIns,
    [Field("Fingerprints of the clients that signed in most recently.")] IReadOnlyList<string> Clients);

public sealed record SessionExport(
    [Field("The id of the session.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string Id,
    [Field("When the client signed in.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When the tokens were last refreshed.", Example = "2026-11-23T12:15:00Z")] DateTime LastUsed,
    [Field("When the session ends, even if it is used.", Example = "2027-02-21T12:00:00Z")] DateTime Expires,
    [Field("What the client called itself at sign-in.", Example = "ExampleApp/2.1")] string? Client,
    [Field("How the user signed in (RFC 8176).")] IReadOnlyList<string> Amr);

public sealed record DeviceExport(
    [Field("When the client first signed in.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When it last signed in.", Example = "2026-11-23T12:15:00Z")] DateTime LastUsed,
    [Field("What the client called itself.", Example = "ExampleApp/2.1")] string? Client,
    [Field("Failed sign-ins since the last success.", Example = 0)] int FailedSignIns);

public sealed record PasskeyExport(
    [Field("The id of the passkey.", Example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")] string Id,
    [Field("What the owner calls it.", Example = "Ada's phone")] string Name,
    [Field("When it was added.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When it was last used, or added.", Example = "2026-11-23T12:15:00Z")] DateTime LastUsed,
    [Field("Whether the authenticator has copied it to other devices.", Example = true)] bool BackedUp,
    [Field("How a browser reaches the authenticator.")] IReadOnlyList<string> Transports,
    [Field("The model of the authenticator.", Example = "adce0002-35bc-c60a-648b-0b25f1f05503")] string Aaguid);

public sealed record IdentityExport(
    [Field("The provider, by its name in the settings of the deployment.", Example = "google")] string Provider,
    [Field("The issuer of its ID tokens.", Example = "https://accounts.google.com")] string Issuer,
    [Field("What identifies the owner there.", Example = "110169484474386276334")] string Subject,
    [Field("The address that the provider told.", Example = "ada@example.com")] string? Email,
    [Field("When it was linked.", Example = "2026-11-23T12:00:00Z")] DateTime Created);

public sealed record EventExport(
    [Field("When it happened.", Example = "2026-11-23T12:00:00Z")] DateTime Time,
    [Field("What happened.", Example = "mail_failed")] string Kind,
    [Field("What the client called itself.", Example = "ExampleApp/2.1")] string? Client,
    [Field("The session that did it, or that was affected.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string? Session,
    [Field("The id of the administrator who did it; null for the owner.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string? By,
    [Field("Further detail, such as the code of a failed delivery.", Example = "Bounced")] string? Detail,
    [Field("The address that got the notice, if it was not the account's.", Example = "old@example.com")] string? Mailbox);

/// <summary>
/// Everything stored about the caller, except what would help a thief: no hash, no nonce (GDPR articles 15 and 20).
/// </summary>
[Operation(
    "Export the account",
    Description = "One JSON document to download, without the envelope, with everything stored about the caller.",
    Document = typeof(AccountExport))]
public sealed class ExportAccount(AccountStore accounts, AddressStore addresses)
{
    public async Task<Result<AccountExport>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        var id = caller.Account.Id;
        var (found, change) = await accounts.FindWithEmailChangeAsync(id, cancellationToken);
        var account = found ?? caller.Account;
        var addressExports = new List<AddressExport> { await ExportAsync(account.Username, account.Mailbox, cancellationToken) };
        if (account is { RecoveryUsername: { } username, RecoveryMailbox: { } mailbox })
        {
            addressExports.Add(await ExportAsync(username, mailbox, cancellationToken));
        }

        var (sessions, devices, _) = await accounts.ListSignInsAsync(id, cancellationToken);
        var waysIn = await accounts.ListWaysInAsync(id, cancellationToken);
        var events = accounts.ListEventsAsync(id, null, null, cancellationToken).Select(Export);
        var export = new AccountExport(
            Export(account, change),
            addressExports,
            [.. sessions.Select(Export)],
            [.. devices.Select(Export)],
            [.. waysIn.Passkeys.Select(Export)],
            [.. waysIn.Identities.Select(Export)],
            events);
        return new Result<AccountExport>(export) { FileName = "account.json" };
    }

    private async Task<AddressExport> ExportAsync(string username, string mailbox, CancellationToken cancellationToken)
    {
        var address = await addresses.LoadAsync(EmailAddress.KeyOf(username), cancellationToken);
        return new AddressExport(
            username,
            mailbox,
            address.Guard.Failures,
            address.Claim?.Clients ?? []);
    }

    private static AccountExportDetails Export(AccountEntity account, EmailChangeEntity? change) => new(
        account.Id,
        UserReply.From(account),
        account.HasChosenLanguage,
        account.Disabled,
        account.Created.UtcDateTime,
        account.PasswordChanged.UtcDateTime,
        account.SecondFactorSince?.UtcDateTime,
        account.DeletesAt?.UtcDateTime,
        account.RecoveryUsername is null ? null : account.RecoveryUntil.UtcDateTime,
        change is { IsRedeemed: false } ? change.Username : null);

    private static EventExport Export(EventEntity row) => new(
        row.Time.UtcDateTime, row.Kind, row.Client, row.SessionId, row.By, row.Detail, row.Mailbox);

    private static SessionExport Export(SessionEntity session) => new(
        session.Id, session.Created.UtcDateTime, session.LastUsed.UtcDateTime, session.Expires.UtcDateTime, session.Client, session.Amr);

    private static IdentityExport Export(IdentityEntity row) =>
        new(row.Provider, row.Issuer, row.Subject, row.Email, row.Created.UtcDateTime);

    private static DeviceExport Export(DeviceEntity device) =>
        new(device.Created.UtcDateTime, device.LastUsed.UtcDateTime, device.Client, device.Failures);

    private static PasskeyExport Export(PasskeyEntity passkey) => new(
        passkey.Id,
        passkey.Name,
        passkey.Created.UtcDateTime,
        passkey.LastUsed.UtcDateTime,
        passkey.IsBackedUp,
        passkey.Transports,
        passkey.Aaguid);
}
