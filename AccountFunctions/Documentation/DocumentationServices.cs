using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Documentation;

public static class DocumentationServices
{
    public static IServiceCollection AddDocumentation(this IServiceCollection services) =>
        services.AddSingleton<ApiDocument>().AddSingleton<MailGallery>();
}
