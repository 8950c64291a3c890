namespace LocalHost.Storage;

/// <summary>The options for starting Azurite.</summary>
public sealed record AzuriteOptions
{
    /// <summary>The folder of the data; null keeps it in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The owner of the data, to name in the error of another process that wants to use it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Names of the storage accounts.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = ["devstoreaccount1"];
}
