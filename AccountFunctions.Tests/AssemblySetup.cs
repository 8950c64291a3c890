using AccountFunctions.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

// More than there are processors: tests wait for mails and for answers of storage most of the time.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace AccountFunctions.Tests;

/// <summary>
/// The classes that take longest start first, so that none of them is left at the end with a processor idle beside it. <c>.ci/run</c>
/// prints which they are.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        "CrashMatrixMove", "CrashMatrixProfile", "CrashMatrix", "Devices", "EmailSender", "Throttle", "DeleteAccount", "ChangeEmail",
        "Housekeeper", "SmtpTransport", "Activate",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Rank)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var rank = Array.FindIndex(
            Longest, name => collection.TestCollectionDisplayName.Contains($".{name}", StringComparison.Ordinal));
        return rank < 0 ? Longest.Length : rank;
    }
}
