using System.Globalization;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Throttles;

/// <summary>Row of table <c>Throttles</c>: how many requests of one network in one minute the instances have reserved together.</summary>
public sealed class NetworkWindowEntity(TableEntity columns) : TableRow(columns)
{
    public NetworkWindowEntity(string network, DateTimeOffset minute)
        : this(new TableEntity(network, minute.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)))
    {
    }

    public int Reserved { get => Get<int>(); set => Set(value); }
}
