using System.Globalization;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Throttles;

/// <summary>Row of table <c>Throttles</c>: how many requests of one network all instances have reserved for one minute.</summary>
public sealed class NetworkWindowEntity(TableEntity columns) : TableRow(columns)
{
    public NetworkWindowEntity(string network, DateTimeOffset minute)
        : this(new TableEntity(network, minute.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)))
    {
    }

    public int Reserved { get => Get<int>(); set => Set(value); }
}
