using System.Reflection;
using Xunit.v3;

namespace TestKit;

/// <summary>Base class of tests. Each test gets its own app on fresh storage; those of a class with <c>[SharedApp]</c> share one.</summary>
public abstract class AppTests(AzuriteFixture azurite) : IClassFixture<ClassApp>, IAsyncLifetime
{
    private static int addresses;
    private TestApp? app;
    private bool isOwn;

    protected TestApp App => app ?? throw new InvalidOperationException("The app has not started.");

    public async ValueTask InitializeAsync()
    {
        isOwn = GetType().GetCustomAttribute<SharedAppAttribute>() is null
            || (TestContext.Current.TestMethod as IXunitTestMethod)?.Method.GetCustomAttribute<OwnAppAttribute>() is not null;
        app = isOwn ? await StartAsync(NewStorage()) : await SharedAsync();
        await PrepareAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (isOwn)
        {
            await App.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>An address that no other test uses.</summary>
    protected static string NewAddress() => $"ada{Interlocked.Increment(ref addresses)}@example.com";

    protected string NewStorage() => azurite.NewStorage();

    protected virtual Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage);

    /// <summary>Runs before each test of the class.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    private async Task<TestApp> SharedAsync()
    {
        var shared = await TestContext.Current.GetFixture<ClassApp>() ?? throw new InvalidOperationException("The class has no app.");
        return await shared.StartedAsync(() => StartAsync(NewStorage()));
    }
}

/// <summary>
/// The tests of the class share one app. They run one after another, so each takes addresses of its own, looks at its own rows only, and
/// counts on nothing of the clock but that it moves forward.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SharedAppAttribute : Attribute;

/// <summary>
/// A test that counts rows or log lines, knows the time of day, or breaks its app, while the others of its class share one.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnAppAttribute : Attribute;

/// <summary>The app that the tests of a class share, if they do.</summary>
public sealed class ClassApp : IAsyncDisposable
{
    private TestApp? app;

    public async Task<TestApp> StartedAsync(Func<Task<TestApp>> startAsync) => app ??= await startAsync();

    public ValueTask DisposeAsync() => app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
