using Delivery.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
[assembly: TestCollectionOrderer(typeof(Order))]

namespace Delivery.Tests;

public sealed class Order() : LongestFirst(nameof(Browser.Chromium), "ClientExample", "Process", "Bicep", "CommandLine", "SmokeCommand");
