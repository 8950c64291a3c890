using System.Net;
using AccountFunctions.Accounts.Import;
using AccountFunctions.Contract.Answers;
using Microsoft.Extensions.DependencyInjection;
using Operations.Import;

namespace AccountFunctions.Tests.Storage;

/// <summary>The crash matrix of the import, which is repeated until it comes through.</summary>
public sealed class CrashMatrixImportTests(AzuriteFixture azurite) : CrashMatrixTests(azurite)
{
    private static readonly Dictionary<string, string> None = [];
    private static readonly string Hash = ForeignHashes.Convert(
        new Microsoft.AspNetCore.Identity.PasswordHasher<object>().HashPassword("", NewPassword));

    [Fact, Holds("G2", "D11")]
    public Task ImportAccount() => RunAsync(
        _ => Task.FromResult(""),
        (address, _) => ImportAsync(address),
        HttpStatusCode.OK,
        async (address, _, _) =>
        {
            Assert.Equal(HttpStatusCode.OK, (await ImportAsync(address)).Status);
            var rows = await App.AccountRowsAsync(address);
            Assert.Null(Assert.Single(rows, row => row.RowKey == "identity-google").GetString("PlanId"));
            Assert.Single(rows, row => row.GetString("Kind") == "imported");
            Assert.Empty(await App.MailsAsync(address));
            await AssertPasswordAsync(address, NewPassword);
        });

    private async Task<Answer> ImportAsync(string address)
    {
        var ids = ActivatorUtilities.CreateInstance<ImportIds>(App.Services);
        var rows = ActivatorUtilities.CreateInstance<ImportedRows>(App.Services, ids);
        var import = ActivatorUtilities.CreateInstance<ImportAccount>(App.Services, rows);
        var record = new AccountRecord
        {
            Username = address,
            PasswordHash = Hash,
            Identities = [new IdentityRecord("google", address)],
        };
        try
        {
            var result = await import.HandleAsync(record, isDry: false, default);
            return new Answer(result.IsImported ? HttpStatusCode.OK : HttpStatusCode.Conflict, string.Join(", ", result.Notes), None);
        }
        catch (Exception e) when (e.IsOutage())
        {
            return new Answer(HttpStatusCode.ServiceUnavailable, """{"message":"unavailable"}""", None);
        }
    }
}
