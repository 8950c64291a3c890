using System.Text.Json.Nodes;

namespace AccountFunctions.Tests.Identities;

/// <summary>Providers for all tests that do not break them: one of no preset, and one for each preset.</summary>
public sealed class Issuers : IAsyncLifetime
{
    private static readonly SemaphoreSlim Turn = new(1);
    private static Issuers? current;

    /// <summary>Keys that acme publishes besides its first one.</summary>
    public static IssuerKey Elliptic { get; } = new("ec", "ES256");

    public static IssuerKey Pss { get; } = new("pss", "PS256");

    public static IssuerKey Weak { get; } = new("weak", bits: 1024);

    public static IssuerKey Encrypting { get; } = new("enc");

    public static IssuerKey Twin { get; } = new("twin");

    /// <summary>A key that Microsoft publishes for one tenant.</summary>
    public static IssuerKey OfTenant { get; } = new("tenant");

    public static Issuers Current => current ?? throw new InvalidOperationException("The issuers have not started.");

    public FakeIssuer Acme { get; private set; } = null!;

    public FakeIssuer Google { get; private set; } = null!;

    public FakeIssuer Apple { get; private set; } = null!;

    public FakeIssuer Microsoft { get; private set; } = null!;

    public FakeIssuer Of(string name) => new[] { Acme, Google, Apple, Microsoft }.Single(issuer => issuer.Name == name);

    public Dictionary<string, string?> Settings() => new[] { Acme, Google, Apple, Microsoft }
        .SelectMany(issuer => issuer.Settings()).ToDictionary(setting => setting.Key, setting => setting.Value);

    // They live as long as the test process.
    public async ValueTask InitializeAsync()
    {
        await Turn.WaitAsync();
        try
        {
            current ??= await StartAsync();
        }
        finally
        {
            Turn.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<Issuers> StartAsync()
    {
        Encrypting.Public["use"] = "enc";
        var started = new Issuers
        {
            Acme = await FakeIssuer.StartAsync("acme", "/realms/acme"),
            Google = await FakeIssuer.StartAsync("google"),
            Apple = await FakeIssuer.StartAsync("apple"),
            Microsoft = await FakeIssuer.StartAsync("microsoft", "/{tenantid}/v2.0"),
        };
        started.Acme.Keys.AddRange([Elliptic, Pss, Weak, Encrypting, Twin, new IssuerKey("twin")]);
        started.Acme.Published.Add(new JsonObject { ["kty"] = "oct", ["kid"] = "oct", ["k"] = new string('A', 43) });
        started.Google.Keys.Clear();
        started.Google.Keys.Add(started.Google.Key = new IssuerKey("google"));
        OfTenant.Public["issuer"] = started.Microsoft.Issuer.Replace(
            "{tenantid}", "72f988bf-86f1-41af-91ab-2d7cd011db47", StringComparison.Ordinal);
        started.Microsoft.Keys.Add(OfTenant);
        return started;
    }
}
