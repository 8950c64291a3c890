using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Email;

namespace AccountFunctions.Housekeeping;

/// <summary>Something to be done when nobody waits for it, not before <paramref name="Due"/>. Like an <see cref="EmailJob"/> it carries ids only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AddressSweep), "address_sweep")]
[JsonDerivedType(typeof(AccountSweep), "account_sweep")]
[JsonDerivedType(typeof(NetworkSweep), "network_sweep")]
[JsonDerivedType(typeof(DeliveryCheck), "delivery_check")]
public abstract record HousekeepingJob(DateTimeOffset Due)
{
    /// <summary>Null for what is no job.</summary>
    public static HousekeepingJob? Read(BinaryData message)
    {
        try
        {
            return JsonSerializer.Deserialize(message, AccountJson.Default.HousekeepingJob);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

/// <summary>Remove what has outlived its use at an address.</summary>
/// <param name="RegistrationId">The registration that is over by then; what is left of it is an account or nothing.</param>
public sealed record AddressSweep(string AddressKey, DateTimeOffset Due, string? RegistrationId = null) : HousekeepingJob(Due);

/// <summary>Remove the sessions and the history of an account that have outlived their use.</summary>
public sealed record AccountSweep(string AddressKey, DateTimeOffset Due) : HousekeepingJob(Due);

/// <summary>Remove the windows of networks that began before the margin.</summary>
public sealed record NetworkSweep(IReadOnlyList<string> Networks, DateTimeOffset Due) : HousekeepingJob(Due)
{
    /// <summary>How long past windows stay for instances whose clock is behind.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
}

/// <summary>Find out what became of a mail.</summary>
public sealed record DeliveryCheck(string AddressKey, Guid OperationId, DateTimeOffset Due, int Tries = 1) : HousekeepingJob(Due);
