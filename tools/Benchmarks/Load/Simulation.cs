#pragma warning disable RS0030 // A simulation must give the same result every time.

namespace Benchmarks.Load;

/// <summary>
/// Capacity and cost for several numbers of monthly users: <c>load --simulate</c>. It simulates a minute at four times the average load.
/// Requests arrive at random, each calls the partitions of its address, its account and its network, and the busiest second counts. The
/// prices and the profile of a user are those of docs/operations.md.
/// </summary>
public static class Simulation
{
    private const double SecondsPerMonth = 30.4 * 24 * 3600;
    private const double PeakFactor = 4;
    private const int AccountLimit = 20_000;
    private const int PartitionLimit = 2_000;

    // An instance of 2,048 MB has one core. Beyond half of it, requests would wait for each other.
    private const double Gigabytes = 2;
    private const double Busy = 0.5;

    // Requests of a user in a month; the table calls that each of them makes to the partitions of an address and of an account; the CPU of
    // worker and host in milliseconds, with eight callers in docs/performance/load.md, or with one if it measures no more; and the lines
    // that it logs.
    private static readonly Operation[] Profile =
    [
        new("login", 4, 1, 4, 1, 25.1, 1),
        new("refresh", 60, 0, 3, 0, 2.8, 0),
        new("details", 4, 0, 1, 0, 1.0, 0),
        new("register", 0.1, 2, 0, 1, 23.0, 1),
        new("activate", 0.1, 2, 1, 0, 5.5, 1),
        new("code", 0.05, 2, 0, 0, 4.0, 1),
        new("forgot", 0.05, 2, 3, 1, 23.0, 1),
        new("password", 0.02, 2, 6, 2, 45.6, 1),
    ];

    // A line in AppTraces: 100 bytes of text, 600 of properties, 350 of columns that every line has. The host adds two, "Executing" and
    // "Executed", to each invocation, unless host.json has its categories at Warning.
    private const double LineGigabytes = 1.05e-6;
    private const int HostLines = 2;
    private const double Mails = 0.2;

    // A series is a row a minute in AppMetrics. An instance that answers has some sixty: operations by status, storage by target and
    // outcome.
    private const double MetricGigabytes = 60 * (SecondsPerMonth / 60) * 0.65e-6;

    // $ a gigabyte.
    private const double Analytics = 2.3;
    private const double Basic = 0.5;

    // What production costs beside its users, $ a month, by infra/prod.bicepparam.
    private static readonly (string What, double Price)[] Fixed =
    [
        ("two instances ready to answer, two to send mail", 4 * 2 * SecondsPerMonth * 4e-6),
        ("eight private endpoints, four DNS zones", (8 * 7.3) + (4 * 0.5)),
        ("alerts: 19 queries every five minutes, two every hour, metrics", (19 * 1.5) + (2 * 0.5) + 1),
        ("probes: three places every five minutes, one every fifteen", ((3 * SecondsPerMonth / 300) + (SecondsPerMonth / 900)) * 0.0005),
        ("backup of a million accounts: jobs, 35 days of runs", 25),
    ];

    private static double CoreSeconds => Profile.Sum(operation => operation.PerMonth * operation.Cpu) / 1000;

    private static double Requests => Profile.Sum(operation => operation.PerMonth);

    private static double Lines => Profile.Sum(operation => operation.PerMonth * operation.Lines) + Mails;

    public static void Run()
    {
        Console.WriteLine(
            "| monthly users | requests/s, average | at the peak | hashes/s at the peak | table calls/s, fullest second "
            + "| of the account's 20,000/s | hottest address or account | hottest network | storage accounts "
            + "| instances of one core, half busy |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var users in new[] { 10_000d, 1_000_000, 100_000_000 })
        {
            Console.WriteLine(Play(users));
        }

        Console.WriteLine("\n| monthly users | executions | compute | tables | mail | log lines | metrics | in all, $ a month |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var users in new[] { 10_000d, 1_000_000, 100_000_000 })
        {
            Console.WriteLine(Price(users));
        }

        Console.WriteLine("\n| log lines of a million users | GB | plan Analytics | plan Basic |");
        Console.WriteLine("|---|---|---|---|");
        Console.WriteLine(Logs("the app's and the host's", Lines + ((Requests + Mails) * HostLines)));
        Console.WriteLine(Logs("the app's", Lines));

        Console.WriteLine("\n| production, beside its users | $ a month |");
        Console.WriteLine("|---|---|");
        foreach (var (what, price) in Fixed.Append(("in all", Fixed.Sum(part => part.Price))))
        {
            Console.WriteLine($"| {what} | {price:N0} |");
        }
    }

    private static string Play(double users)
    {
        var random = new Random(1);
        var average = users * Profile.Sum(operation => operation.PerMonth) / SecondsPerMonth;
        var (fullest, hottest, networkMost) = (0, 0, 0);
        for (var second = 0; second < 60; second++)
        {
            var calls = 0;
            var partitions = new Dictionary<long, int>();
            var networks = new Dictionary<int, int>();
            foreach (var operation in Profile)
            {
                var requests = Poisson(random, users * operation.PerMonth / SecondsPerMonth * PeakFactor);
                for (var request = 0; request < requests; request++)
                {
                    var user = random.NextInt64((long)users);
                    partitions[user] = partitions.GetValueOrDefault(user) + operation.AddressCalls;
                    partitions[-1 - user] = partitions.GetValueOrDefault(-1 - user) + operation.AccountCalls;
                    calls += operation.AddressCalls + operation.AccountCalls;

                    // A thousand networks (carriers' gateways) carry half of the traffic, unevenly. A reservation covers five requests.
                    var network = random.Next(2) == 0 ? (int)(1000 * Math.Pow(random.NextDouble(), 3)) : 1000 + random.Next();
                    networks[network] = networks.GetValueOrDefault(network) + 1;
                }
            }

            var reservations = networks.Values.Sum(requests => (requests + 4) / 5);
            fullest = Math.Max(fullest, calls + reservations);
            hottest = Math.Max(hottest, partitions.Values.DefaultIfEmpty().Max());
            networkMost = Math.Max(networkMost, networks.Values.DefaultIfEmpty().Max(requests => (requests + 4) / 5));
        }

        var hashes = users * Profile.Sum(operation => operation.PerMonth * operation.Hashes) / SecondsPerMonth * PeakFactor;
        var accounts = Math.Ceiling(fullest / (AccountLimit * 0.7));
        return $"| {users:N0} | {average:N1} | {average * PeakFactor:N0} | {hashes:N1} | {fullest:N0} | "
            + $"{(double)fullest / AccountLimit:P0} | {hottest} of {PartitionLimit:N0}/s | {networkMost} of {PartitionLimit:N0}/s | "
            + $"{accounts} | {Math.Ceiling(users * CoreSeconds / SecondsPerMonth * PeakFactor / Busy):N0} |";
    }

    private static string Price(double users)
    {
        var requests = users * Requests;
        var executions = Math.Max(0, requests - 250_000) * 0.4e-6;
        var compute = Math.Max(0, (users * CoreSeconds / Busy * Gigabytes) - 100_000) * 26e-6;
        var tables = users * 209 / 10_000 * 0.00036;
        var mail = users * Mails * (0.00025 + (0.01 * 0.00012));
        var lines = users * Lines * LineGigabytes * Basic;

        // Instances that answer, half busy, but at least one, and half as much for those of the queues.
        var instances = Math.Max(1, users * CoreSeconds / SecondsPerMonth / Busy) * 1.5;
        var metrics = Math.Max(0, (instances * MetricGigabytes) - 5) * Analytics;
        var all = executions + compute + tables + mail + lines + metrics;
        return $"| {users:N0} | {executions:N0} | {compute:N0} | {tables:N0} | {mail:N0} | {lines:N0} | {metrics:N0} | {all:N0} |";
    }

    private static string Logs(string which, double lines)
    {
        var gigabytes = 1_000_000 * lines * LineGigabytes;
        return $"| {which} | {gigabytes:N0} | {Math.Max(0, gigabytes - 5) * Analytics:N0} | {gigabytes * Basic:N0} |";
    }

    // Sums of exponential waits are exact; for larger means, the normal distribution is good enough.
    private static int Poisson(Random random, double mean)
    {
        if (mean > 500)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * normal)));
        }

        var count = -1;
        for (var time = 0.0; time < mean; count++)
        {
            time -= Math.Log(1 - random.NextDouble());
        }

        return Math.Max(0, count);
    }

    private sealed record Operation(
        string Name, double PerMonth, int AddressCalls, int AccountCalls, int Hashes, double Cpu, int Lines);
}
