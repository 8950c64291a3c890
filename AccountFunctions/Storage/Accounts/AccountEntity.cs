using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Names;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>account</c> of an account. Other programs read <c>Username</c>, <c>Role</c>, <c>Disabled</c>, <c>ExpirationDate</c> and
/// <c>Version</c>, so these must keep their names.
/// </summary>
public sealed class AccountEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "account";
    public const string ClientRole = "C";
    public const string AdminRole = "A";

    /// <summary>The expiration date of an account that never expires: the last second that RFC 3339 can express.</summary>
    public static readonly DateTimeOffset Never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    public AccountEntity(string id)
        : this(new TableEntity(id, RowName))
    {
    }

    /// <summary>UUIDv7, 32 hex digits.</summary>
    public string Id => PartitionKey;

    /// <summary>Whether a text from outside may be an id. Another one may be no key of a table.</summary>
    public static bool IsId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The canonical address.</summary>
    public string Username { get => Get<string>(); set => Set(value); }

    /// <summary>The address that mail is sent to.</summary>
    public string Mailbox { get => Get<string>(); set => Set(value); }

    public string Role { get => Get<string>(); set => Set(value); }

    public bool Disabled { get => Get<bool>(); set => Set(value); }

    public DateTimeOffset ExpirationDate { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Raised to end every session: sessions and access tokens carry the version at which they were issued.</summary>
    public int Version { get => Get<int>(); set => Set(value); }

    /// <summary>Null: the account has no password yet; the owner sets one with a mailed code.</summary>
    public Credential? Credential { get => GetCredential(); set => Set(value?.Stored, PasswordHash); }

    /// <summary>When the password was last changed or reset.</summary>
    public DateTimeOffset PasswordChanged { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>
    /// Since when the account has a second factor, which <see cref="TotpEntity"/> describes; null: it has none, and the gate need not read
    /// that row.
    /// </summary>
    public DateTimeOffset? SecondFactorSince { get => Columns.GetDateTimeOffset(nameof(SecondFactorSince)); set => Set(value); }

    /// <summary>When the owner last removed the second factor, and the session that did.</summary>
    public DateTimeOffset SecondFactorRemoved { get => GetTime(); set => Set(value); }

    /// <inheritdoc cref="SecondFactorRemoved"/>
    public string? SecondFactorRemovedBy { get => GetText(); set => Set(value); }

    /// <summary>When the code of the last reset was redeemed.</summary>
    public DateTimeOffset LastReset { get => GetTime(); set => Set(value); }

    public string FirstName { get => Get<string>(); set => Set(value); }

    public string LastName { get => Get<string>(); set => Set(value); }

    public string? CountryCode { get => GetText(); set => Set(value); }

    public string? Hobbies { get => GetText(); set => Set(value); }

    public string? Job { get => GetText(); set => Set(value); }

    public string? Bio { get => GetText(); set => Set(value); }

    /// <inheritdoc cref="PendingEntity.Language"/>
    public string? Language { get => GetText(); set => Set(value); }

    /// <summary>Whether the owner has chosen <see cref="Language"/>. Otherwise it follows the clients that sign in.</summary>
    public bool HasChosenLanguage { get => GetFlag(); set => Set(value); }

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>When the account will be deleted; null: the owner has not requested that.</summary>
    public DateTimeOffset? DeletesAt { get => Columns.GetDateTimeOffset(nameof(DeletesAt)); set => Set(value); }

    /// <summary>When the deletion was requested.</summary>
    public DateTimeOffset DeletionRequested { get => GetTime(); set => Set(value); }

    /// <summary>The session that requested it.</summary>
    public string? DeletionRequestedBy { get => GetText(); set => Set(value); }

    /// <summary>When the owner last took a deletion back.</summary>
    public DateTimeOffset Restored { get => GetTime(); set => Set(value); }

    /// <summary>The session that last changed the password; null after a reset.</summary>
    public string? PasswordChangedBy { get => GetText(); set => Set(value); }

    /// <summary>When the owner requested changes of the address in the last day, in seconds since 1970, oldest first.</summary>
    public IReadOnlyList<long> EmailChangeTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>
    /// The address before the last change: with a code mailed there, its owner can recover the account. Null if there is none.
    /// </summary>
    public string? RecoveryUsername { get => GetText(); private set => Set(value); }

    public string? RecoveryMailbox { get => GetText(); private set => Set(value); }

    /// <summary>When the recovery address stops being one.</summary>
    public DateTimeOffset RecoveryUntil { get => GetTime(); private set => Set(value); }

    /// <summary>What the take-back code of the recovery address is derived from.</summary>
    public string? RecoveryNonce { get => GetText(); private set => Set(value); }

    /// <summary>The <see cref="RecoveryNonce"/> of the take-back code that was used last, at <see cref="LastReset"/>.</summary>
    public string? TakenBackNonce { get => GetText(); set => Set(value); }

    /// <summary><see cref="EmailAddress.Key"/> of the address.</summary>
    public string AddressKey => EmailAddress.KeyOf(Username);

    /// <summary><see cref="EmailAddress.Key"/> of the recovery address; null if there is none.</summary>
    public string? RecoveryKey => RecoveryUsername is { } username ? EmailAddress.KeyOf(username) : null;

    /// <summary>When the recovery address stops being one; null if there is none.</summary>
    public DateTimeOffset? RecoveryEnd => RecoveryUsername is null ? null : RecoveryUntil;

    /// <summary>When the account got its address, if it still has a recovery address.</summary>
    public DateTimeOffset Moved => RecoveryUntil - Retention.FormerAddress;

    /// <summary>When the purge began: from then on, no request may start a change of the account. Null: it has not begun.</summary>
    public DateTimeOffset? PurgeBegan { get => Columns.GetDateTimeOffset(nameof(PurgeBegan)); set => Set(value); }

    /// <summary>What the account may be used for. Accounts of administrators never expire.</summary>
    public AccountState StateAt(DateTimeOffset now) =>
        DeletesAt <= now ? AccountState.Gone
        : Disabled ? AccountState.Disabled
        : DeletesAt is not null ? AccountState.DeletionPending
        : Role == ClientRole && now >= ExpirationDate ? AccountState.Expired
        : AccountState.Active;

    /// <summary>The mailbox of an address of the account; null if the address is not, or is no longer, the account's.</summary>
    public string? MailboxAt(string addressKey, DateTimeOffset now) =>
        addressKey == AddressKey ? Mailbox
        : addressKey == RecoveryKey && now < RecoveryUntil ? RecoveryMailbox
        : null;

    /// <summary>
    /// The names whose claims the account needs: its address, its recovery address, the address that it is moving to, and the identities at
    /// other providers that are linked or about to be.
    /// </summary>
    public IEnumerable<string> Names(EmailChangeEntity? change, WaysIn waysIn) =>
        new[] { AddressKey, RecoveryKey, change?.IsUnderWay(this) == true ? change.AddressKey : null }.OfType<string>()
            .Concat(waysIn.Identities.Select(identity => identity.Name))
            .Distinct();

    /// <summary>Whether the account needs the claim on an address.</summary>
    public bool NeedsAddress(string key, EmailChangeEntity? change) => Names(change, WaysIn.None).Contains(key);

    /// <summary>
    /// While an address is reserved for recovery, the account may move only back to it, so that a thief who moves the account cannot leave
    /// its owner without a way back.
    /// </summary>
    /// <returns>How long the account must wait before it may move to this address; null: no wait.</returns>
    public TimeSpan? WaitBeforeMoveTo(string addressKey, DateTimeOffset now) =>
        RecoveryEnd is { } end && now < end && addressKey != RecoveryKey ? end - now : null;

    /// <summary>
    /// Gives the account its new address. The old address becomes the recovery address, or is given up if the new one was the recovery
    /// address.
    /// </summary>
    /// <param name="nonce">Of the take-back code.</param>
    /// <returns>What the history records.</returns>
    public Act MoveTo(EmailChangeEntity change, string nonce)
    {
        var (username, mailbox, isBack) = (Username, Mailbox, change.Username == RecoveryUsername);
        (Username, Mailbox) = (change.Username, change.Mailbox);
        if (isBack)
        {
            ForgetRecovery();
            return Act.EmailRestored;
        }

        (RecoveryUsername, RecoveryMailbox) = (username, mailbox);
        (RecoveryUntil, RecoveryNonce) = (change.Redeemed + Retention.FormerAddress, nonce);
        return Act.EmailChanged;
    }

    /// <summary>
    /// Plans the deletion. The account stays for as long as its former address can recover it, because a thief may have moved it.
    /// </summary>
    /// <returns>The new <see cref="DeletesAt"/>.</returns>
    public DateTimeOffset PlanDeletion(DateTimeOffset when)
    {
        var date = DeletionDate(when);
        DeletesAt = date;
        return date;
    }

    /// <summary>When the account would be deleted if its deletion were planned for this time, see <see cref="PlanDeletion"/>.</summary>
    public DateTimeOffset DeletionDate(DateTimeOffset when) => RecoveryEnd > when ? RecoveryEnd.Value : when;

    /// <summary>Whether a session, under the version of before, has requested the pending deletion since then.</summary>
    public bool IsDeletionRequestedBy(string sessionId, int version, DateTimeOffset since) =>
        DeletesAt is not null && DeletionRequestedBy == sessionId && DeletionRequested > since && Version == version + 1;

    /// <summary>Sets the password, and ends every session and access token.</summary>
    /// <param name="sessionId">The session that changes it; null for a reset.</param>
    public void SetPassword(Credential credential, DateTimeOffset now, string? sessionId = null)
    {
        (Credential, PasswordChanged, PasswordChangedBy) = (credential, now, sessionId);
        Version++;
    }

    /// <summary>Brings the recovery address back.</summary>
    public void Recover()
    {
        (Username, Mailbox) = (RecoveryUsername ?? Username, RecoveryMailbox ?? Mailbox);
        ForgetRecovery();
    }

    public void ForgetRecovery() => (RecoveryUsername, RecoveryMailbox, RecoveryNonce) = (null, null, null);
}
