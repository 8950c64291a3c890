namespace AccountFunctions.Tests;

/// <summary>Tests that each have an app of their own, on storage that nothing has touched.</summary>
public abstract class AppTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp? app;

    protected TestApp App => app ?? throw new InvalidOperationException("The app has not started.");

    public async ValueTask InitializeAsync()
    {
        app = await StartAsync(NewStorage());
        await PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected string NewStorage() => azurite.NewStorage();

    protected virtual Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(storage);

    /// <summary>What every test of the class begins with.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
