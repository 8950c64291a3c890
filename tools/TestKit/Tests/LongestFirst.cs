using Xunit.Sdk;
using Xunit.v3;

namespace TestKit;

/// <summary>
/// The classes that take longest start first, so that none of them is left at the end with a processor idle beside it. <c>.ci/run</c>
/// prints which they are.
/// </summary>
/// <param name="longest">How their names begin, the longest first.</param>
public abstract class LongestFirst(params string[] longest) : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Rank)];

    private int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var rank = Array.FindIndex(
            longest, name => $".{collection.TestCollectionDisplayName}".Contains($".{name}", StringComparison.Ordinal));
        return rank < 0 ? longest.Length : rank;
    }
}
