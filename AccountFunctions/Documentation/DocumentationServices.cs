using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Documentation;

/// <summary>Composes the room.</summary>
public static class DocumentationServices
{
    public static IServiceCollection AddDocumentation(this IServiceCollection services) =>
        services.AddSingleton<ApiDocument>().AddSingleton<MailGallery>();
}
