using Azure.Data.Tables;
using LocalHost.Storage;
using LocalHost;

namespace Delivery.Tests.LocalHost;

public sealed class AzuriteTests
{
    [Fact]
    public async Task Data_in_use_is_not_opened_twice()
    {
        var options = new AzuriteOptions { DataFolder = Directory.CreateTempSubdirectory("azurite").FullName };
        await using (await Azurite.StartAsync(options, CancellationToken.None))
        {
            await Assert.ThrowsAsync<StartException>(() => Azurite.StartAsync(options, CancellationToken.None));
        }

        Directory.Delete(options.DataFolder, recursive: true);
    }

    [Fact]
    public async Task The_last_write_survives_a_restart()
    {
        var options = new AzuriteOptions { DataFolder = Directory.CreateTempSubdirectory("azurite").FullName };
        await using (var first = await Azurite.StartAsync(options, CancellationToken.None))
        {
            var table = new TableClient(first.ConnectionString(), "Rows");
            await table.CreateAsync();
            await table.AddEntityAsync(new TableEntity("p", "r"));
        }

        await using (var second = await Azurite.StartAsync(options, CancellationToken.None))
        {
            var found = await new TableClient(second.ConnectionString(), "Rows").GetEntityIfExistsAsync<TableEntity>("p", "r");
            Assert.True(found.HasValue);
        }

        Directory.Delete(options.DataFolder, recursive: true);
    }
}
