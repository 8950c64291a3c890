using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Row <c>code-reset</c> of an address: the open password-reset code, whether or not anybody has an account there.</summary>
public sealed class ResetCodeEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "code-reset";

    public ResetCodeEntity(string addressKey)
        : this(new TableEntity(addressKey, RowName))
    {
    }

    public string Nonce { get => Get<string>(); set => Set(value); }

    public int TriesLeft { get => Get<int>(); set => Set(value); }

    public DateTimeOffset Issued { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    public bool IsLive(DateTimeOffset now) => TriesLeft > 0 && now < Expires;
}
