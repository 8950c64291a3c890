namespace TestKit;

/// <summary>Base class of tests. Each test gets its own app on fresh storage.</summary>
public abstract class AppTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp? app;

    protected TestApp App => app ?? throw new InvalidOperationException("The app has not started.");

    public async ValueTask InitializeAsync()
    {
        app = await StartAsync(NewStorage());
        await PrepareAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected string NewStorage() => azurite.NewStorage();

    protected virtual Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage);

    /// <summary>Runs before each test of the class.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
