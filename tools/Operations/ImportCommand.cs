using System.Collections.Concurrent;
using System.Text.Json;
using AccountFunctions.Accounts.Import;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords.Imported;
using Operations.Import;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- import FILE</c>: brings users with their passwords from another system. It can be stopped
/// and started again: a user who is imported already stays as he is.
/// </summary>
public sealed class ImportCommand(ImportAccount import, TimeProvider time, TextWriter output)
{
    public const string Usage = """
        import FILE                   imports the users of a file, one JSON object a line
        import --from-SOURCE FILE     imports what another system exports: django, identity, firebase, supabase, auth0, better-auth,
                                      keycloak
            --dry-run                 changes nothing, and lists what an import would refuse
            --trust-unverified        lets users whose address the other system has not verified keep their passwords
            --hash-parameters FILE    firebase: the parameters of the project's password hashes
        """;

    // The service works on one address at a time, and on these addresses together.
    private const int Parallel = 48;

    /// <returns>The exit code of the process: 1 if a user was refused.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (ImportArguments.Read(args) is not { } read)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            return await StorageErrors.GuardAsync(output, () => RunAsync(read, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            await output.WriteLineAsync($"The file cannot be read: {e.Message}");
            return 1;
        }
    }

    private async Task<int> RunAsync(ImportArguments arguments, CancellationToken cancellationToken)
    {
        var lines = TextWriter.Synchronized(output);
        var tally = new ImportTally(lines);
        using var progress = new Progress(lines, "users", () => tally.Count);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            tally.WithoutTwins(arguments.Records(time.GetUtcNow())),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (source, stop) =>
            {
                if (source.Record is not { } record)
                {
                    tally.Refuse(source.Place, source.Fault ?? "");
                    return;
                }

                record = arguments.TrustsUnverified ? record with { Verified = true } : record;
                tally.Add(source.Place, record.Username ?? "", await import.HandleAsync(record, arguments.IsDry, stop));
            });
        return tally.Conclude(arguments.IsDry, progress.Elapsed);
    }
}

/// <summary>What the operator asks for.</summary>
internal sealed record ImportArguments(string Path, string? Source, bool IsDry, bool TrustsUnverified, FirebaseParameters? Parameters)
{
    private const string From = "--from-";

    /// <summary>Null: this is no such command.</summary>
    public static ImportArguments? Read(string[] args)
    {
        var (words, flags, parameters) = (new List<string>(), new HashSet<string>(), default(FirebaseParameters));
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--hash-parameters" && i + 1 < args.Length)
            {
                parameters = FirebaseParameters.Read(File.ReadAllText(args[++i]));
                if (parameters is null)
                {
                    return null;
                }
            }
            else if (args[i].StartsWith("--", StringComparison.Ordinal))
            {
                flags.Add(args[i]);
            }
            else
            {
                words.Add(args[i]);
            }
        }

        var (isDry, trusts) = (flags.Remove("--dry-run"), flags.Remove("--trust-unverified"));
        var source = flags.FirstOrDefault(flag => flag.StartsWith(From, StringComparison.Ordinal))?[From.Length..];
        return words is [var path]
            && flags.Count == (source is null ? 0 : 1)
            && (source is null || UserSources.All.ContainsKey(source))
            && (source is "firebase") == parameters is not null
                ? new ImportArguments(path, source, isDry, trusts, parameters)
                : null;
    }

    public IEnumerable<SourceRecord> Records(DateTimeOffset now) => Source is null
        ? UserSources.Own(new ImportFile(Path))
        : UserSources.All[Source](new ImportFile(Path), new SourceOptions(Parameters, now));
}

/// <summary>Counts and reports what becomes of the users.</summary>
/// <param name="output">Takes lines from several threads.</param>
internal sealed class ImportTally(TextWriter output)
{
    private readonly ConcurrentDictionary<string, int> costs = new();
    private int imported;
    private int refused;

    public int Count => imported + refused;

    /// <summary>Reports each address that occurs again, and passes the others on.</summary>
    public IEnumerable<SourceRecord> WithoutTwins(IEnumerable<SourceRecord> records)
    {
        var places = new Dictionary<string, int>();
        foreach (var source in records)
        {
            if (EmailAddress.TryParse(source.Record?.Username, out var address) && !places.TryAdd(address.Canonical, source.Place))
            {
                Refuse(source.Place, $"username: the address of {places[address.Canonical]}, too");
            }
            else
            {
                yield return source;
            }
        }
    }

    public void Refuse(int place, string reason)
    {
        Interlocked.Increment(ref refused);
        output.WriteLine($"{place}: refused: {reason}");
    }

    public void Add(int place, string username, ImportResult result)
    {
        if (!result.IsImported)
        {
            Refuse(place, $"{string.Join(", ", result.Notes)} ({username})");
            return;
        }

        Interlocked.Increment(ref imported);
        if (result.Hash is { } hash && ImportedHash.TryParse(hash.Stored, out var parsed))
        {
            costs.AddOrUpdate(parsed.Cost, 1, (_, count) => count + 1);
        }

        foreach (var note in result.Notes)
        {
            output.WriteLine($"{place}: {note} ({username})");
        }
    }

    /// <returns>The exit code of the process.</returns>
    public int Conclude(bool isDry, TimeSpan elapsed)
    {
        var what = isDry ? "can be imported" : "imported";
        output.WriteLine($"{imported:N0} users {what}, {refused:N0} refused, in {elapsed.TotalSeconds:N0} s");
        if (costs.OrderByDescending(cost => cost.Value).FirstOrDefault().Key is { } most)
        {
            output.WriteLine($"Passwords__ImportedCost={most} hides from strangers who is imported (docs/moving.md).");
        }

        return refused > 0 ? 1 : 0;
    }
}
