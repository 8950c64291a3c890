using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>
/// A row of an address that holds a mailed code: not the code itself, but what it is derived from, and how often it may still be tried.
/// </summary>
public abstract class CodeRow(TableEntity columns) : TableRow(columns)
{
    public string Nonce { get => Get<string>(); set => Set(value); }

    public int TriesLeft { get => Get<int>(); set => Set(value); }

    public DateTimeOffset Issued { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    public bool IsLive(DateTimeOffset now) => TriesLeft > 0 && now < Expires;
}
