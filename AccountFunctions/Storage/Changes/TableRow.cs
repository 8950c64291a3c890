using System.Globalization;
using System.Runtime.CompilerServices;
using AccountFunctions.Contract.Values;
using Azure;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>A typed view of one table row. Each column has the name of its property.</summary>
public class TableRow(TableEntity columns)
{
    /// <summary>The column of a <see cref="Credential"/>.</summary>
    protected const string PasswordHash = "PasswordHash";

    public TableEntity Columns { get; } = columns;

    public string PartitionKey => Columns.PartitionKey;

    public string RowKey => Columns.RowKey;

    public ETag ETag => Columns.ETag;

    /// <summary>Makes a save replace <paramref name="read"/> if it is unchanged; null: a save inserts a new row.</summary>
    public void Replace(TableRow? read)
    {
        // Assigning a default tag would make the tag differ from the default one.
        if (read is not null)
        {
            Columns.ETag = read.ETag;
        }
    }

    protected T Get<T>([CallerMemberName] string column = "") =>
        Columns.TryGetValue(column, out var value) && value is T typed
            ? typed
            : throw new InvalidOperationException($"Row {RowKey} has no column {column} of type {typeof(T).Name}.");

    /// <summary>The default value if the column is absent.</summary>
    protected DateTimeOffset GetTime([CallerMemberName] string column = "") => Columns.GetDateTimeOffset(column) ?? default;

    /// <summary>False if the column is absent.</summary>
    protected bool GetFlag([CallerMemberName] string column = "") => Columns.GetBoolean(column) ?? false;

    /// <summary>0 if the column is absent.</summary>
    protected int GetNumber([CallerMemberName] string column = "") => Columns.GetInt32(column) ?? 0;

    /// <summary>Null if the row has no password.</summary>
    protected Credential? GetCredential() => GetText(PasswordHash) is { } stored ? Credential.Read(stored) : null;

    protected string? GetText([CallerMemberName] string column = "") => Columns.GetString(column);

    /// <summary>A column of several values, separated by commas; empty if the column is absent.</summary>
    protected string[] GetList([CallerMemberName] string column = "") =>
        (GetText(column) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A column of times in seconds since 1970; empty if it is not there.</summary>
    protected long[] GetTimes([CallerMemberName] string column = "") =>
        [.. GetList(column).Select(time => long.Parse(time, CultureInfo.InvariantCulture))];

    protected void SetList<T>(IEnumerable<T> values, [CallerMemberName] string column = "") => Set(string.Join(',', values), column);

    protected void Set(object? value, [CallerMemberName] string column = "") => Columns[column] = value;
}
