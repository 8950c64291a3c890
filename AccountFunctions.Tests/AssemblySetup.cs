using AccountFunctions.Tests;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

// More than there are processors: tests wait for mails and for answers of storage most of the time.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(Order))]

namespace AccountFunctions.Tests;

public sealed class Order() : LongestFirst(
    "JobCrash", "CrashMatrixReset", "CrashMatrixMove", "CrashMatrixProfile", "CrashMatrix", "Devices", "EmailSender", "Throttle",
    "DeleteAccount", "ChangeEmail", "Housekeeper", "SmtpTransport", "Activate");
