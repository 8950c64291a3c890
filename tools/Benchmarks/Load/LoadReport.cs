using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>A row of the report: an operation, the server that did it, and the number of callers.</summary>
public sealed record LoadRow(string Operation, string Who, int Concurrency, Measurement Result)
{
    /// <summary>Whether the server's storage calls are counted.</summary>
    public bool HasCalls => Who is "app" or "MinimalWorker" or "Identity" && Operation is not "hash";

    /// <summary>Whether the server is a function app under the local host.</summary>
    public bool IsHosted => Who is "app" or "MinimalWorker";
}

/// <summary>What <see cref="LoadCommand"/> measured.</summary>
public sealed class LoadReport
{
    /// <summary>The operations of the app.</summary>
    public static readonly IReadOnlyList<string> Operations = ["login", "register", "details", "refresh", "code", "activate"];

    private readonly List<LoadRow> rows = [];

    public IReadOnlyList<LoadRow> Rows => rows;

    /// <summary>What the app used in total, including 200 logins at once.</summary>
    public Usage App { get; set; }

    /// <summary>What Identity used in total, including 200 logins at once.</summary>
    public Usage Identity { get; set; }

    /// <summary>Milliseconds from answer to mail.</summary>
    public double QueueLag { get; set; }

    public ScaleResult? Scale { get; set; }

    public Measurement Of(string operation, string who, int concurrency) =>
        rows.First(row => (row.Operation, row.Who, row.Concurrency) == (operation, who, concurrency)).Result;

    public void Add(string operation, string who, int concurrency, Measurement result)
    {
        rows.Add(new LoadRow(operation, who, concurrency, result));
        Console.Error.WriteLine(
            $"{operation} {who} at {concurrency}: {result.PerSecond:N0}/s, p50 {result.P50:N2} ms, CPU {result.Cpu:N2} ms");
    }

    /// <summary>Prints the tables, and writes them and the pictures to files.</summary>
    public void Write(string folder)
    {
        var tables = LoadTables.Write(this);
        Console.WriteLine(tables);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "load.md"), tables);
        File.WriteAllText(Path.Combine(folder, "throughput.svg"), LoadPictures.Throughput(this));
        File.WriteAllText(Path.Combine(folder, "breakdown.svg"), LoadPictures.Breakdown(this));
    }
}
