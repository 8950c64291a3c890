using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

/// <summary>Names the test addresses in the log at start, so that nobody overlooks them. The codes stay out of the log.</summary>
public sealed partial class TestAddressWarning(IOptions<AccountOptions> options, ILogger<TestAddressWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.FixedCodes.Usernames is [_, ..] usernames)
        {
            LogTestAddresses(string.Join(", ", usernames));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "Accounts__TestAddresses gives {Addresses} a fixed code and no mail: their accounts are anyone's.")]
    private partial void LogTestAddresses(string addresses);
}
