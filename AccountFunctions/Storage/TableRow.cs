using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>A typed view of one table row. Columns are named like the properties that show them.</summary>
public class TableRow(TableEntity columns)
{
    public TableEntity Columns { get; } = columns;

    public string PartitionKey => Columns.PartitionKey;

    public string RowKey => Columns.RowKey;

    public ETag ETag => Columns.ETag;

    protected T Get<T>([CallerMemberName] string column = "") =>
        Columns.TryGetValue(column, out var value) && value is T typed
            ? typed
            : throw new InvalidOperationException($"Row {RowKey} has no column {column} of type {typeof(T).Name}.");

    protected string? GetText([CallerMemberName] string column = "") => Columns.GetString(column);

    protected void Set(object? value, [CallerMemberName] string column = "") => Columns[column] = value;
}
