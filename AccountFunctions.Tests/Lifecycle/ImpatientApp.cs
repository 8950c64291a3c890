using System.Text.RegularExpressions;
using AccountFunctions.Storage;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Lifecycle;

/// <summary>
/// An app that hides messages for at most a second, because the test's clock runs ahead of the queue service's.
/// </summary>
public static partial class ImpatientApp
{
    public static Task<TestApp> StartAsync(
        string storage,
        FakeTimeProvider? time = null,
        Action<IServiceCollection>? configure = null,
        Dictionary<string, string?>? settings = null)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        options.AddPolicy(new Impatience(), HttpPipelinePosition.PerCall);
        var all = new Dictionary<string, string?>(settings ?? [])
        {
            ["Accounts:Lifetime"] = "1000.00:00:00",
            ["Throttle:TrustedProxyHops"] = "2",
        };
        return TestApp.StartAsync(storage, all, time, configure: services =>
        {
            services.AddSingleton(provider =>
            {
                options.AddPolicy(provider.GetRequiredService<StorageMetricsPolicy>(), HttpPipelinePosition.PerRetry);
                return new QueueServiceClient(storage, options);
            });
            configure?.Invoke(services);
        });
    }

    private sealed partial class Impatience : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            var query = message.Request.Uri.Query;
            if (message.Request.Method == RequestMethod.Post)
            {
                message.Request.Uri.Query = Wait().Replace(query, "1");
            }
        }

        [GeneratedRegex("(?<=[?&]visibilitytimeout=)[1-9]\\d*")]
        private static partial Regex Wait();
    }
}
