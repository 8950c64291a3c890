using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Housekeeping;

/// <summary>Composes the room.</summary>
public static class HousekeepingServices
{
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) =>
        services
            .AddSingleton<AddressSweeper>().AddSingleton<AccountSweeper>().AddSingleton<NetworkSweeper>()
            .AddSingleton<NameClaims>().AddSingleton<AddressMoves>().AddSingleton<AddressReleases>()
            .AddSingleton<AccountPurger>().AddHostedService(provider => provider.GetRequiredService<AccountPurger>());
}
