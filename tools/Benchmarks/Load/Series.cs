using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>One of the servers that do the same operation.</summary>
/// <param name="Request">Sends the request with this number.</param>
/// <param name="Server">Null if this process does the work.</param>
public sealed record Contender(string Who, Func<int, Task> Request, Server? Server = null);

/// <summary>Measures contenders in turns, so that other load on the machine hits all of them.</summary>
/// <param name="duration">The length of one measurement.</param>
/// <param name="cleanUp">Runs after each round.</param>
public sealed class Series(Meter meter, LoadReport report, TimeSpan duration, Func<Task> cleanUp)
{
    /// <summary>The number of rounds; their medians count.</summary>
    public const int Rounds = 3;

    private static readonly int[] Concurrencies = [1, 8, 32];
    private int numbers;

    /// <summary>Measures an operation with 1, 8 and 32 callers.</summary>
    /// <param name="most">The maximum number of requests in one measurement.</param>
    public async Task MeasureAsync(string operation, int most, params Contender[] contenders)
    {
        foreach (var concurrency in Concurrencies)
        {
            await MeasureOneAsync(operation, concurrency, most, contenders);
        }
    }

    /// <summary>Measures an operation. The first round warms up.</summary>
    public async Task MeasureOneAsync(string operation, int concurrency, int most, params Contender[] contenders)
    {
        var results = contenders.Select(_ => new List<Measurement>()).ToArray();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (index, contender) in contenders.Index())
            {
                var offset = numbers += 1_000_000;
                var length = round == 0 ? duration / 4 : duration;
                var result = await meter.RunAsync(
                    concurrency, length, number => contender.Request(offset + number), contender.Server, most);
                if (round > 0)
                {
                    results[index].Add(result);
                }
            }

            await cleanUp();
        }

        foreach (var (index, contender) in contenders.Index())
        {
            report.Add(operation, contender.Who, concurrency, Measurement.Median(results[index]));
        }
    }
}
