using System.Reflection;
using AccountFunctions.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Accounts;

/// <summary>Composes the room.</summary>
public static class AccountServices
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSettings<AccountOptions>("Accounts")
            .Validate(_ => HasReadableMembers(), "A request has a member of a type that nothing reads.");
        return services
            .AddSingleton<MailRequests>().AddSingleton<KnownClients>()
            .AddSingleton<Sessions>().AddSingleton<TokenReplies>().AddSingleton<PasswordSetter>()
            .AddSingleton<Register>().AddSingleton<Activate>()
            .AddSingleton<Login>().AddSingleton<Refresh>().AddSingleton<Logout>().AddSingleton<ListSessions>().AddSingleton<RevokeSession>()
            .AddSingleton<ResendCode>().AddSingleton<ResetPassword>()
            .AddSingleton<UpdateDetails>().AddSingleton<ChangePassword>();
    }

    // The serializer would read a Member<T> without a converter as an object, and every value of a client as invalid.
    private static bool HasReadableMembers() => typeof(AccountJson).GetProperties()
        .Where(property => property.PropertyType.IsGenericType)
        .SelectMany(property => property.PropertyType.GenericTypeArguments[0].GetProperties(BindingFlags.Public | BindingFlags.Instance))
        .Where(member => member.PropertyType.IsGenericType && member.PropertyType.GetGenericTypeDefinition() == typeof(Member<>))
        .All(member => Member.Types.Contains(member.PropertyType.GenericTypeArguments[0]));
}
