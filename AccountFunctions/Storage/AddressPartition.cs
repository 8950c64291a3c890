using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>All that concerns one address, read at one moment. An operation decides on it and commits with the ETags in it.</summary>
public sealed class AddressPartition
{
    public AddressPartition(string key, IEnumerable<TableEntity> rows)
    {
        Key = key;
        var pendings = new List<PendingEntity>();
        foreach (var row in rows)
        {
            switch (row.RowKey)
            {
                case ClaimEntity.RowName:
                    Claim = new(row);
                    break;
                case ResetCodeEntity.RowName:
                    ResetCode = new(row);
                    break;
                case GuardEntity.RowName:
                    Guard = new(row);
                    break;
                case var pending when pending.StartsWith(PendingEntity.RowPrefix, StringComparison.Ordinal):
                    pendings.Add(new(row));
                    break;
            }
        }

        // Registration ids are UUIDv7, so row keys are in order of time.
        Pendings = pendings;
        Guard ??= new(key);
    }

    public string Key { get; }

    public ClaimEntity? Claim { get; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PendingEntity> Pendings { get; }

    public ResetCodeEntity? ResetCode { get; }

    public GuardEntity Guard { get; }
}
