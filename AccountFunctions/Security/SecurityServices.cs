using System.Text;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Identities;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Argon2;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

public static class SecurityServices
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddSettings<PasswordOptions>("Passwords")
            .Validate(
                _ => "e\u0301".Normalize(NormalizationForm.FormKC) == "\u00e9",
                "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: must not be set: one password typed on two keyboards would not match itself")
            .Validate<IHostEnvironment>(
                (passwords, host) => !host.IsProduction() || passwords.IsStrong(),
                "Passwords__MemoryKiB: with Passwords__Iterations, is below OWASP's minimum for Argon2id, which Production refuses");
        services.AddSettings<CodeOptions>("Codes")
            .Validate<IHostEnvironment>(
                (codes, host) => !host.IsProduction() || !DevelopmentKeys.IsCodeKey(codes.Key), DevelopmentKeys.Refusal("Codes__Key"))
            .Validate<IHostEnvironment>(
                (codes, host) => !host.IsProduction() || !DevelopmentKeys.IsCodeKey(codes.PreviousKey),
                DevelopmentKeys.Refusal("Codes__PreviousKey"));
        services.AddSettings<TokenOptions>("Tokens")
            .Validate<IHostEnvironment>(
                (tokens, host) => !host.IsProduction() || !DevelopmentKeys.IsSigningKey(tokens.SigningKey),
                DevelopmentKeys.Refusal("Tokens__SigningKey"))
            .Validate<IHostEnvironment>(
                (tokens, host) => !host.IsProduction() || !DevelopmentKeys.IsSigningKey(tokens.PreviousSigningKeys),
                DevelopmentKeys.Refusal("Tokens__PreviousSigningKeys"));
        services.AddSettings<FactorOptions>("Factors")
            .Validate<IHostEnvironment>(
                (factors, host) => !host.IsProduction() || !DevelopmentKeys.IsFactorKey(factors.Key),
                DevelopmentKeys.Refusal("Factors__Key"))
            .Validate<IHostEnvironment>(
                (factors, host) => !host.IsProduction() || !factors.PreviousKeyList.Any(DevelopmentKeys.IsFactorKey),
                DevelopmentKeys.Refusal("Factors__PreviousKeys"));
        services.AddSettings<PasskeyOptions>("Passkeys");
        services.AddSettings<ProvidersOptions, ProviderOptions>("Providers", options => options.Named);
        services.AddSettings<ThrottleOptions>("Throttle");
        services.TryAddSingleton(FixedCodes.None);
        return services
            .AddSingleton<IArgon2Engine, VectorArgon2>().AddSingleton<IArgon2Engine, SodiumArgon2>()
            .AddSingleton<IArgon2Engine, KonsciousArgon2>()
            .AddSingleton<HashGate>().AddSingleton<PasswordHasher>().AddSingleton<PasswordPolicy>().AddSingleton<Credentials>()
            .AddHostedService<HashEngineCheck>()
            .AddSingleton<SigningKeys>().AddSingleton<TokenMetadata>().AddSingleton<AccessTokens>().AddSingleton<RefreshTokenChain>()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<CodeOptions>>().Value.Seal())
            .AddSingleton<VerificationCodes>().AddSingleton<TotpSecrets>().AddSingleton<Lifetimes>().AddSingleton<PurgeLog>()
            .AddSingleton<PasskeyChallenges>().AddSingleton<PasskeyCeremonies>()
            .AddSingleton<IdentityProviders>().AddSingleton<IdTokens>().AddSingleton<UserInfo>().AddSingleton<AuthorizationFlow>()
            .AddSingleton<MailThrottle>().AddSingleton<NetworkThrottle>().AddSingleton<SignInAttempts>().AddSingleton<SignInThrottle>();
    }
}
