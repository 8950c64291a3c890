using AccountFunctions.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Housekeeping;

/// <summary>Composes the room.</summary>
public static class HousekeepingServices
{
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) =>
        services
            .AddJob<AddressSweep, AddressSweeper>().AddJob<AccountSweep, AccountSweeper>().AddJob<NetworkSweep, NetworkSweeper>()
            .AddSingleton<NameClaims>().AddJob<AddressMove, AddressMoves>().AddJob<AddressRelease, AddressReleases>()
            .AddJob<AccountPurge, AccountPurger>().AddHostedService(provider => provider.GetRequiredService<AccountPurger>());
}
