
namespace AccountFunctions.Tests.Functions;

/// <summary>A sample of what <c>stress hostile</c> sends by the million.</summary>
public sealed class HostileRequestTests(AzuriteFixture azurite)
{
    private const int Requests = 4000;

    [Fact, Holds("F6", "F11")]
    public async Task Every_answer_is_one_of_the_contract()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), new() { ["Passwords:MemoryKiB"] = "1024", ["Passwords:Iterations"] = "1" });

        // Some requests sign out.
        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            async number => (await app.SignInAsync($"ada{number}@example.com")).GetProperty("access").GetString()));
        var seed = Environment.TickCount;
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            using var request = HostileRequests.Create(seed, number, tokens[number % tokens.Length]);
            using var response = await app.Client.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Assert.True(HostileRequests.IsOfTheContract(response, text), $"seed {seed}, number {number}: {response.StatusCode} {text}");
        });
    }
}
