using Azure.Data.Tables;

namespace Operations.Backups;

/// <summary>Keys of rows as lines, which sort as the table does.</summary>
internal static class KeyLines
{
    // Before every character that a key may have.
    private const char Separator = '\t';

    public static string Of(ITableEntity row) => row.PartitionKey + Separator + row.RowKey;

    public static string OfRow(string line) => Of(RowLine.Read(line));

    public static (string PartitionKey, string RowKey) Read(string line) =>
        line.Split(Separator) is [var partition, var row] ? (partition, row) : throw new BackupException("A line is no key.");

    /// <summary>The keys of before that are no longer there.</summary>
    /// <param name="before">In order.</param>
    /// <param name="added">Keys that came later; what is still there is removed.</param>
    /// <param name="now">In order.</param>
    public static async IAsyncEnumerable<string> MissingAsync(
        IAsyncEnumerable<string> before, ISet<string> added, IAsyncEnumerable<string> now)
    {
        await using var old = before.GetAsyncEnumerator();
        var hasOld = await old.MoveNextAsync();
        await foreach (var key in now)
        {
            added.Remove(key);
            while (hasOld && string.CompareOrdinal(old.Current, key) < 0)
            {
                added.Remove(old.Current);
                yield return old.Current;
                hasOld = await old.MoveNextAsync();
            }

            if (hasOld && old.Current == key)
            {
                hasOld = await old.MoveNextAsync();
            }
        }

        while (hasOld)
        {
            added.Remove(old.Current);
            yield return old.Current;
            hasOld = await old.MoveNextAsync();
        }

        foreach (var key in added)
        {
            yield return key;
        }
    }
}
