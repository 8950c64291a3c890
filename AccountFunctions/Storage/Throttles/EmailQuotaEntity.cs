using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Throttles;

/// <summary>The one row of table <c>Throttles</c> in which the instances count the mails that leave.</summary>
public sealed class EmailQuotaEntity(TableEntity columns) : TableRow(columns)
{
    public EmailQuotaEntity()
        : this(new TableEntity("email", "quota"))
    {
    }

    public string Minute { get => GetText() ?? ""; set => Set(value); }

    public string Hour { get => GetText() ?? ""; set => Set(value); }
}
