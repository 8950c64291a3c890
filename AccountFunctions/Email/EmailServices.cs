using AccountFunctions.Contract.Values;
using AccountFunctions.Settings;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using Azure.Communication.Email;
using MailKit.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

public static class EmailServices
{
    public static IServiceCollection AddEmail(this IServiceCollection services)
    {
        services.AddSettings<SmtpOptions>("Smtp").Validate<IHostEnvironment>(
            (smtp, host) => !host.IsProduction() || smtp.Security is SecureSocketOptions.StartTls or SecureSocketOptions.SslOnConnect,
            "Smtp__Security: must be StartTls or SslOnConnect in Production, because mails carry codes");
        services.AddSettings<EmailOptions>("Email")
            .Validate<IServiceProvider>(
                (email, provider) => email.Transport is EmailTransportKind.Smtp || provider.GetRequiredService<EmailClient>() is not null,
                "CommunicationServices: is required by Email__Transport AzureCommunication")
            .Validate<IOptions<SmtpOptions>>(
                (email, smtp) => email.Transport is not EmailTransportKind.Smtp || smtp.Value.Host is not "",
                "Smtp__Host: is required by Email__Transport Smtp");
        services.AddSingleton(provider => new ProductName(provider.GetRequiredService<IOptions<EmailOptions>>().Value.ProductName));

        // The queue retries, so retries by the client would only use up the service's quota.
        var options = new EmailClientOptions { Retry = { MaxRetries = 0 } };
        services.AddSingleton(provider => AzureConnection.Connect(
            provider.GetRequiredService<IConfiguration>(),
            "CommunicationServices",
            "endpoint",
            text => new EmailClient(text, options),
            (uri, credential) => new EmailClient(uri, credential, options)));
        services.AddSingleton<AzureCommunicationTransport>().AddSingleton<SmtpTransport>();
        services.AddSingleton<IEmailTransport>(provider =>
            provider.GetRequiredService<IOptions<EmailOptions>>().Value.Transport is EmailTransportKind.Smtp
                ? provider.GetRequiredService<SmtpTransport>()
                : provider.GetRequiredService<AzureCommunicationTransport>());
        return services
            .AddSingleton<EmailQuota>().AddSingleton<EmailTexts>().AddSingleton<EmailSamples>()
            .AddSingleton<EmailComposer>().AddSingleton<EmailDelivery>().AddSingleton<EmailSender>()
            .AddSingleton<BouncedAddresses>()
            .AddJob<DeliveryCheck, DeliveryReports>();
    }
}
