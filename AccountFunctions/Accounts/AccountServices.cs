using AccountFunctions.Accounts.Admin;
using AccountFunctions.Accounts.Factors;
using AccountFunctions.Accounts.Identities;
using AccountFunctions.Accounts.Profile;
using AccountFunctions.Accounts.Recovery;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Accounts.SignUp;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Settings;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public static class AccountServices
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSettings<AccountOptions>("Accounts")
            .Validate<IHostEnvironment>(
                (_, host) => !host.IsDevelopment() || !HasUnreadableMembers(), "No converter reads the type of a request's member.")
            .Validate<IHostEnvironment>(
                (accounts, host) => !host.IsProduction() || accounts.TestAddresses is "" || accounts.AllowTestAddresses,
                "Accounts__TestAddresses: is refused in Production unless Accounts__AllowTestAddresses is true: such accounts are anyone's")
            .Validate<IOptions<CodeOptions>>(
                (accounts, codes) => accounts.FixedCodes.HaveDigits(codes.Value.Digits),
                "Accounts__TestAddresses: every code must have as many digits as Codes__Digits says");
        services.AddSettings<AdminOptions>("Admin");
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<AccountOptions>>().Value.FixedCodes)
            .AddHostedService<TestAddressWarning>();
        services.AddSingleton(provider => new EventSwitch(provider.GetRequiredService<IOptions<AccountOptions>>().Value.PublishEvents));
        return services
            .AddSingleton<KnownClients>().AddSingleton<History>()
            .AddSingleton<PasswordMails>().AddSingleton<RecentActs>().AddSingleton<Sessions>().AddSingleton<TokenReplies>()
            .AddSingleton<Register>().AddSingleton<NewAccounts>().AddSingleton<Activate>()
            .AddSingleton<CallerAttempts>().AddSingleton<PasswordProver>().AddSingleton<CodeProver>()
            .AddSingleton<SecondFactor>().AddSingleton<SignInGate>().AddSingleton<CallerConfirmation>()
            .AddSingleton<ExternalAccounts>().AddSingleton<ExternalProver>().AddSingleton<ExternalLogins>()
            .AddSingleton<ExternalStates>().AddSingleton<LoginCodes>()
            .AddSingleton<Login>().AddSingleton<MailSignInCode>().AddSingleton<LoginExternal>().AddSingleton<BeginExternal>()
            .AddSingleton<CompleteExternal>().AddSingleton<Refresh>().AddSingleton<Logout>()
            .AddSingleton<ListSessions>().AddSingleton<RevokeSession>()
            .AddSingleton<ResendCode>().AddSingleton<ResetPassword>().AddSingleton<ResetCompletion>().AddSingleton<CodeLanes>()
            .AddSingleton<RestoreAccount>()
            .AddSingleton<UpdateDetails>().AddSingleton<ChangePassword>()
            .AddSingleton<ChangeEmail>().AddSingleton<ConfirmEmail>().AddSingleton<DeleteAccount>()
            .AddSingleton<SetUpTotp>().AddSingleton<ConfirmTotp>().AddSingleton<ShowTotp>().AddSingleton<RenewRecoveryCodes>()
            .AddSingleton<RemoveTotp>()
            .AddSingleton<PasskeyProver>().AddSingleton<PasskeyCounters>().AddSingleton<BeginPasskeyLogin>()
            .AddSingleton<LoginWithPasskey>()
            .AddSingleton<BeginPasskey>().AddSingleton<AddPasskey>().AddSingleton<ListPasskeys>().AddSingleton<RenamePasskey>()
            .AddSingleton<RemovePasskey>().AddSingleton<BeginPasskeyConfirmation>()
            .AddSingleton<ListIdentities>().AddSingleton<LinkIdentity>().AddSingleton<UnlinkIdentity>()
            .AddSingleton<ListEvents>().AddSingleton<ExportAccount>()
            .AddSingleton<AdministeredAccounts>().AddSingleton<ListAccounts>().AddSingleton<InviteAccount>().AddSingleton<ShowAccount>()
            .AddSingleton<ChangeAccount>().AddSingleton<SignOutAccount>().AddSingleton<VoidPassword>().AddSingleton<RemoveAccountTotp>()
            .AddSingleton<RemoveAccount>().AddSingleton<ListAccountEvents>();
    }

    private static bool HasUnreadableMembers() => typeof(AccountJson).GetProperties()
        .Where(property => property.PropertyType.IsGenericType)
        .Any(property => Member.IsUnreadableIn(property.PropertyType.GenericTypeArguments[0]));
}
