using System.Net;
using System.Text.Json;
using AccountFunctions.Benchmarks.Stress;

namespace AccountFunctions.Tests.Functions;

/// <summary>A sample of what <c>stress hostile</c> sends by the million.</summary>
public sealed class HostileRequestTests(AzuriteFixture azurite)
{
    private const int Requests = 4000;
    private static readonly HttpStatusCode[] Refusals =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound, HttpStatusCode.PreconditionFailed,
        HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.TooManyRequests,
    ];

    [Fact, Holds("F6", "F11")]
    public async Task Whatever_is_sent_the_answer_is_one_of_the_contract()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Passwords:MemoryKiB"] = "1024", ["Passwords:Iterations"] = "1" });
        var token = (await app.SignInAsync("ada@example.com")).GetProperty("access").GetString();
        var seed = Environment.TickCount;
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            using var request = HostileRequests.Create(seed, number, token);
            using var response = await app.Client.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Assert.True(IsOfTheContract(response, text), $"seed {seed}, number {number}: {response.StatusCode} {text}");
        });
    }

    private static bool IsOfTheContract(HttpResponseMessage response, string text)
    {
        if (response.StatusCode is HttpStatusCode.NotFound && text is "")
        {
            // No such route and method: the host's own answer.
            return true;
        }

        var answer = JsonSerializer.Deserialize<JsonElement>(text);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
            ? answer.GetProperty("status").GetString() is "success" && answer.GetProperty("code").GetInt32() == (int)response.StatusCode
            : Refusals.Contains(response.StatusCode)
                && (response.Content.Headers.ContentType?.MediaType is "application/problem+json"
                    ? answer.GetProperty("status").GetInt32() == (int)response.StatusCode
                    : answer.GetProperty("code").GetInt32() == (int)response.StatusCode && answer.GetProperty("message").GetString() is not null);
    }
}
