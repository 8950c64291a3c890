using System.Text.Json.Serialization;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Work that nobody waits for, not to be done before <paramref name="Due"/>. It carries ids only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AddressSweep), "address_sweep")]
[JsonDerivedType(typeof(AccountSweep), "account_sweep")]
[JsonDerivedType(typeof(AddressMove), "address_move")]
[JsonDerivedType(typeof(AddressRelease), "address_release")]
[JsonDerivedType(typeof(AccountPurge), "account_purge")]
[JsonDerivedType(typeof(NetworkSweep), "network_sweep")]
[JsonDerivedType(typeof(DeliveryCheck), "delivery_check")]
public abstract record HousekeepingJob(DateTimeOffset Due) : Job;

/// <summary>Remove from an address the rows that nobody needs any more.</summary>
/// <param name="RegistrationId">A registration that is over by then: what is left of it is an account or nothing.</param>
public sealed record AddressSweep(string AddressKey, DateTimeOffset Due, string? RegistrationId = null) : HousekeepingJob(Due);

/// <summary>Remove ended sessions and old history from an account.</summary>
public sealed record AccountSweep(string AddressKey, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Finish a change of address that a request may have left half done, or remove one that is over.</summary>
public sealed record AddressMove(string AccountId, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Free an address unless the account needs it.</summary>
public sealed record AddressRelease(string AccountId, string AddressKey, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Delete an account whose owner asked for that.</summary>
public sealed record AccountPurge(string AccountId, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Remove the windows of networks that began before the margin.</summary>
public sealed record NetworkSweep(IReadOnlyList<string> Networks, DateTimeOffset Due) : HousekeepingJob(Due)
{
    /// <summary>How long past windows stay for instances whose clock is behind.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
}

/// <summary>Find out whether a mail was delivered.</summary>
public sealed record DeliveryCheck(string AddressKey, Guid OperationId, DateTimeOffset Due, int Tries = 1) : HousekeepingJob(Due);
