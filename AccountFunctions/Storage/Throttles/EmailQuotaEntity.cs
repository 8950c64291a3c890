using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Throttles;

/// <summary>The row of table <c>Throttles</c> in which all instances count the mails that they send.</summary>
public sealed class EmailQuotaEntity(TableEntity columns) : TableRow(columns)
{
    public EmailQuotaEntity()
        : this(new TableEntity("email", "quota"))
    {
    }

    public string Minute { get => GetText() ?? ""; set => Set(value); }

    public string Hour { get => GetText() ?? ""; set => Set(value); }
}
