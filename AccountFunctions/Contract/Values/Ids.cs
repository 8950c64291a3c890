namespace AccountFunctions.Contract.Values;

/// <summary>Ids of accounts, registrations and sessions.</summary>
public static class Ids
{
    /// <summary>A UUIDv7 (RFC 9562) as 32 hex digits. Ids sort by the time they were created.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");
}
