namespace AccountFunctions.Contract.Values;

/// <summary>Ids of accounts, registrations and sessions.</summary>
public static class Ids
{
    /// <summary>A UUIDv7 (RFC 9562) of 32 hex digits. Ids sort in the order of their times.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");
}
