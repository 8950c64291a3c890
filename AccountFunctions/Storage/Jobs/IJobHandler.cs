using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Handles the jobs of one type. It throws if another delivery may succeed, and any job may arrive twice.</summary>
public interface IJobHandler<in TJob>
    where TJob : HousekeepingJob
{
    Task HandleAsync(TJob job, CancellationToken cancellationToken);
}

/// <summary>Maps the jobs of a type to their handler.</summary>
/// <param name="HandleAsync">Creates the handler when its first job arrives.</param>
public sealed record JobRoute(Type Job, Func<IServiceProvider, HousekeepingJob, CancellationToken, Task> HandleAsync);

/// <summary>Lets each room register its own job handlers.</summary>
public static class JobHandlers
{
    public static IServiceCollection AddJob<TJob, THandler>(this IServiceCollection services)
        where TJob : HousekeepingJob
        where THandler : class, IJobHandler<TJob> => services
            .AddSingleton<THandler>()
            .AddSingleton(new JobRoute(
                typeof(TJob), (provider, job, stop) => provider.GetRequiredService<THandler>().HandleAsync((TJob)job, stop)));
}
