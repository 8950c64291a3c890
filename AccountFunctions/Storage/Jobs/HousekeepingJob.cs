using System.Text.Json.Serialization;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Background work that must not run before <paramref name="Due"/>. It carries ids only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AddressSweep), "address_sweep")]
[JsonDerivedType(typeof(AccountSweep), "account_sweep")]
[JsonDerivedType(typeof(AddressMove), "address_move")]
[JsonDerivedType(typeof(AddressRelease), "address_release")]
[JsonDerivedType(typeof(IdentityLink), "identity_link")]
[JsonDerivedType(typeof(AccountPurge), "account_purge")]
[JsonDerivedType(typeof(NetworkSweep), "network_sweep")]
[JsonDerivedType(typeof(TicketSweep), "ticket_sweep")]
[JsonDerivedType(typeof(AdministratorCheck), "administrator_check")]
[JsonDerivedType(typeof(DeliveryCheck), "delivery_check")]
[JsonDerivedType(typeof(AccountNews), "account_news")]
public abstract record HousekeepingJob(DateTimeOffset Due) : Job;

/// <summary>Remove obsolete rows from an address.</summary>
/// <param name="RegistrationId">A registration that has ended by then, with or without an account.</param>
public sealed record AddressSweep(string AddressKey, DateTimeOffset Due, string? RegistrationId = null) : HousekeepingJob(Due);

/// <summary>Remove ended sessions and old history from an account.</summary>
public sealed record AccountSweep(string AddressKey, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Finish a change of address that a request may have left unfinished, or remove an expired one.</summary>
public sealed record AddressMove(string AccountId, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Release an address, or another name, unless the account needs it.</summary>
/// <param name="AddressKey">The partition of the name.</param>
public sealed record AddressRelease(string AccountId, string AddressKey, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Finish the link to an identity that a request may have left unfinished.</summary>
public sealed record IdentityLink(string AccountId, string Provider, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Delete an account whose owner requested it.</summary>
public sealed record AccountPurge(string AccountId, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Remove network windows that began before the margin.</summary>
public sealed record NetworkSweep(IReadOnlyList<string> Networks, DateTimeOffset Due) : HousekeepingJob(Due)
{
    /// <summary>How long past windows stay, for instances whose clocks are behind.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
}

/// <summary>Remove a ticket that is no longer good.</summary>
/// <param name="Id">A hash.</param>
public sealed record TicketSweep(string Id, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>List an account as an administrator if it is one, or end that.</summary>
public sealed record AdministratorCheck(string AccountId, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Version 1.0.0 sent it to ask for the outcome of a mail. Now reports come by themselves, and nothing is to do.</summary>
public sealed record DeliveryCheck(DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Tell other services what happened to an account.</summary>
/// <param name="Word">The word with which the history records it.</param>
/// <param name="Time">When it happened, which finds the record.</param>
public sealed record AccountNews(string AccountId, string Word, DateTimeOffset Time, DateTimeOffset Due) : HousekeepingJob(Due)
{
    // The commit follows the job, and most take no longer.
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public static AccountNews Of(string accountId, string word, DateTimeOffset time) => new(accountId, word, time, time + Delay);
}
