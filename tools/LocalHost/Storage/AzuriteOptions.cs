namespace LocalHost.Storage;

/// <summary>How Azurite is started.</summary>
public sealed record AzuriteOptions
{
    /// <summary>Where the data is kept; null keeps it in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Who keeps data there, for the message to another that wants to.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Names of the storage accounts.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = ["devstoreaccount1"];
}
