using Delivery.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
[assembly: TestCollectionOrderer(typeof(Order))]

namespace Delivery.Tests;

public sealed class Order() : LongestFirst("ClientExample", "Process", "Bicep", "CommandLine", "SmokeCommand");
