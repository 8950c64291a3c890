using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Lifecycle.Sweepers;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Lifecycle;

public static class LifecycleServices
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services) =>
        services
            .AddJob<AddressSweep, AddressSweeper>().AddJob<AccountSweep, AccountSweeper>().AddJob<NetworkSweep, NetworkSweeper>()
            .AddJob<TicketSweep, TicketSweeper>()
            .AddSingleton<NameClaims>().AddJob<AddressMove, AddressMoves>().AddJob<AddressRelease, AddressReleases>()
            .AddJob<IdentityLink, IdentityLinks>()
            .AddJob<AdministratorCheck, Administrators>().AddJob<AccountNews, EventFeed>()
            .AddJob<AccountPurge, AccountPurger>().AddHostedService(provider => provider.GetRequiredService<AccountPurger>());
}
