using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Does the jobs of one type. It throws what another delivery may mend, and any job may come twice.</summary>
public interface IJobHandler<in TJob>
    where TJob : HousekeepingJob
{
    Task HandleAsync(TJob job, CancellationToken cancellationToken);
}

/// <summary>Leads the jobs of a type to their handler.</summary>
/// <param name="HandleAsync">Makes the handler when its first job comes.</param>
public sealed record JobRoute(Type Job, Func<IServiceProvider, HousekeepingJob, CancellationToken, Task> HandleAsync);

/// <summary>Registers handlers of jobs, each in the room that it belongs to.</summary>
public static class JobHandlers
{
    public static IServiceCollection AddJob<TJob, THandler>(this IServiceCollection services)
        where TJob : HousekeepingJob
        where THandler : class, IJobHandler<TJob> => services
            .AddSingleton<THandler>()
            .AddSingleton(new JobRoute(
                typeof(TJob), (provider, job, stop) => provider.GetRequiredService<THandler>().HandleAsync((TJob)job, stop)));
}
