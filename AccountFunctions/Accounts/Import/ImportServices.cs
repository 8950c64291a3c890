using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Accounts.Import;

public static class ImportServices
{
    /// <summary>The import and the export of accounts, which the command line has and the app has not.</summary>
    public static IServiceCollection AddImport(this IServiceCollection services) =>
        services.AddSingleton<ImportIds>().AddSingleton<ImportedRows>().AddSingleton<ImportAccount>().AddSingleton<ExportAccounts>();
}
