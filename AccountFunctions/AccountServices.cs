using System.Text;
using AccountFunctions.Accounts;
using AccountFunctions.Documentation;
using AccountFunctions.Email;
using AccountFunctions.Functions;
using AccountFunctions.Housekeeping;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Azure.Communication.Email;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AccountFunctions;

/// <summary>Everything the app is made of, but for the Azure clients under it.</summary>
public static class AccountServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddSettings<AccountOptions>("Accounts");
        services.AddSettings<PasswordOptions>("Passwords")
            .Validate(
                _ => "e\u0301".Normalize(NormalizationForm.FormKC) == "\u00e9",
                "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: must not be set: one password typed on two keyboards would not match itself");
        services.AddSettings<ThrottleOptions>("Throttle");
        services.AddSettings<SmtpOptions>("Smtp");
        services.AddSettings<CodeOptions>("Codes")
            .Validate<IHostEnvironment>((codes, host) => !host.IsProduction() || !DevelopmentKeys.IsCodeKey(codes.Key), DevelopmentKeys.Refusal("Codes__Key"));
        services.AddSettings<TokenOptions>("Tokens")
            .Validate<IHostEnvironment>((tokens, host) => !host.IsProduction() || !DevelopmentKeys.IsSigningKey(tokens.SigningKey), DevelopmentKeys.Refusal("Tokens__SigningKey"))
            .Validate<IHostEnvironment>((tokens, host) => !host.IsProduction() || !DevelopmentKeys.IsSigningKey(tokens.PreviousSigningKeys), DevelopmentKeys.Refusal("Tokens__PreviousSigningKeys"));
        services.AddSettings<EmailOptions>("Email")
            .Validate<IServiceProvider>(
                (email, provider) => email.Transport is EmailTransportKind.Smtp || provider.GetRequiredService<EmailClient>() is not null,
                "CommunicationServices: is required by Email__Transport AzureCommunication")
            .Validate<IOptions<SmtpOptions>>((email, smtp) => email.Transport is not EmailTransportKind.Smtp || smtp.Value.Host is not "", "Smtp__Host: is required by Email__Transport Smtp");

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AddressStore>().AddSingleton<AccountStore>().AddSingleton<ThrottleStore>().AddSingleton<MailStore>().AddSingleton<OptimisticRetry>().AddSingleton<StorageHealth>().AddHostedService<StorageSetup>();
        services.AddSingleton<SigningKeys>().AddSingleton<TokenMetadata>().AddSingleton<AccessTokens>().AddSingleton<CallerAuthenticator>();
        services.AddSingleton<IArgon2Engine, SodiumArgon2>().AddSingleton<IArgon2Engine, KonsciousArgon2>().AddSingleton<HashGate>().AddSingleton<PasswordHasher>().AddSingleton<PasswordPolicy>();
        services.AddHostedService(provider => provider.GetRequiredService<PasswordHasher>());
        services.AddSingleton<VerificationCodes>().AddSingleton<RefreshTokenChain>();
        services.AddSingleton<MailThrottle>().AddSingleton<NetworkThrottle>().AddSingleton<SignInAttempts>().AddSingleton<SignInThrottle>().AddSingleton<SignInLedger>();
        services.AddSingleton<HousekeepingSchedule>().AddSingleton<Retention>().AddSingleton<Housekeeper>();
        services.AddSingleton<AddressSweeper>().AddSingleton<AccountSweeper>().AddSingleton<NetworkSweeper>().AddSingleton<DeliveryReports>();
        services.AddSingleton<EmailSamples>().AddSingleton<MailGallery>();
        services.AddSingleton<EmailOutbox>().AddSingleton<EmailQuota>().AddSingleton<EmailTexts>().AddSingleton<EmailComposer>().AddSingleton<EmailSender>();
        services.AddSingleton<AzureCommunicationTransport>().AddSingleton<SmtpTransport>();
        services.AddSingleton<IEmailTransport>(provider => provider.GetRequiredService<IOptions<EmailOptions>>().Value.Transport is EmailTransportKind.Smtp
            ? provider.GetRequiredService<SmtpTransport>()
            : provider.GetRequiredService<AzureCommunicationTransport>());
        services.AddSingleton<Register>().AddSingleton<Activate>().AddSingleton<ResendCode>();
        services.AddSingleton<Login>().AddSingleton<Refresh>().AddSingleton<SessionReplies>();
        services.AddSingleton<Logout>().AddSingleton<ListSessions>().AddSingleton<RevokeSession>();
        services.AddSingleton<ResetPassword>().AddSingleton<ChangePassword>().AddSingleton<PasswordSetter>().AddSingleton<UpdateDetails>();
        services.AddSingleton<JobsInProgress>().AddHostedService(provider => provider.GetRequiredService<JobsInProgress>());
        services.AddSingleton<HttpEdge>().AddSingleton<ApiDocument>();
        return services;
    }

    private static OptionsBuilder<TOptions> AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsValidator<TOptions>(section));
        return services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
    }
}
