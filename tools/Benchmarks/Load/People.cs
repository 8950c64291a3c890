#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing that must be released.
using System.Text.Json;
using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>A registration waiting for its code.</summary>
public sealed record Activation(string Username, string Code);

/// <summary>The tokens of a signed-in person.</summary>
public sealed class Tokens(string access, string refresh, string? device = null)
{
    private readonly SemaphoreSlim turn = new(1);

    public string Access { get; private set; } = access;

    /// <summary>The refresh token.</summary>
    public string Refresh { get; private set; } = refresh;

    /// <summary>The secret of the client, for its next sign-in; null at a peer.</summary>
    public string? Device => device;

    /// <summary>Refreshes the tokens, one call at a time, as a client does.</summary>
    public async Task RefreshAsync(Server app)
    {
        await turn.WaitAsync();
        try
        {
            var data = (await app.PostAsync("/api/account/refresh", new { refresh = Refresh })).GetProperty("data");
            (Access, Refresh) = (People.Text(data, "access"), People.Text(data, "refresh"));
        }
        finally
        {
            turn.Release();
        }
    }
}

/// <summary>The people who sign in. Each has an account at the app and one at each peer.</summary>
public sealed class People
{
    /// <summary>How many there are.</summary>
    public const int Count = 64;

    private const string Password = "blue tractor 77";
    private const string IdentityPassword = "blue tractor 77A!";
    private const int Parallelism = 4;
    private readonly Tokens[] own;
    private readonly Tokens[] peers;
    private readonly string[] otherPeers;
    private readonly Queue<Activation> activations;

    private People(Tokens[] own, Tokens[] peers, string[] otherPeers, Queue<Activation> activations) =>
        (this.own, this.peers, this.otherPeers, this.activations) = (own, peers, otherPeers, activations);

    /// <summary>Signs all of them up, and then in.</summary>
    /// <param name="app">The app; a separate instance must send its mails.</param>
    /// <param name="waiting">The number of further registrations, which stay inactive for now.</param>
    public static async Task<People> SignUpAsync(Server app, Server identity, Server betterAuth, MailSink sink, int waiting)
    {
        var activations = new Activation[Count + waiting];
        await ForEachAsync(activations.Length, async number =>
        {
            var username = NameOf(number);
            await RegisterAsync(app, username);
            activations[number] = new Activation(username, await sink.CodeAsync(username));
        });
        var own = new Tokens[Count];
        var peers = new Tokens[Count];
        var otherPeers = new string[Count];
        await ForEachAsync(Count, async number =>
        {
            await ActivateAsync(app, activations[number]);
            var data = (await LoginAsync(app, number)).GetProperty("data");
            own[number] = new Tokens(Text(data, "access"), Text(data, "refresh"), Text(data, "device"));
            await RegisterIdentityAsync(identity, NameOf(number));
            var peer = await LoginIdentityAsync(identity, number);
            peers[number] = new Tokens(Text(peer, "accessToken"), Text(peer, "refreshToken"));
            await betterAuth.PostAsync("/api/auth/sign-up/email", new { email = NameOf(number), password = Password, name = "Ada" });
            otherPeers[number] = Text(await LoginBetterAuthAsync(betterAuth, number), "token");
        });
        return new People(own, peers, otherPeers, new Queue<Activation>(activations[Count..]));
    }

    /// <summary>Gives one of them an account at the app.</summary>
    /// <param name="app">Must send its own mails.</param>
    public static async Task SignUpAsync(Server app, int number, MailSink sink)
    {
        var username = NameOf(number);
        await RegisterAsync(app, username);
        await ActivateAsync(app, new Activation(username, await sink.CodeAsync(username)));
    }

    /// <summary>The tokens that a person has at the app.</summary>
    public Tokens Own(int number) => own[number % Count];

    /// <summary>The tokens that a person has at Identity.</summary>
    public Tokens Peer(int number) => peers[number % Count];

    /// <summary>The session that a person has at better-auth.</summary>
    public string OtherPeer(int number) => otherPeers[number % Count];

    /// <summary>Redeems the code of the next waiting registration.</summary>
    public Task ActivateNextAsync(Server app) => ActivateAsync(app, activations.Dequeue());

    public static Task<JsonElement> RegisterAsync(Server app, string username) =>
        app.PostAsync("/api/account/register", new { username, password1 = Password, password2 = Password });

    /// <param name="device">Null: signs in as a new client.</param>
    public static Task<JsonElement> LoginAsync(Server app, int number, string? device = null) =>
        app.PostAsync("/api/account/login", new { username = NameOf(number % Count), password = Password, device });

    public static Task<JsonElement> RegisterIdentityAsync(Server identity, string email) =>
        identity.PostAsync("/register", new { email, password = IdentityPassword });

    public static Task<JsonElement> LoginIdentityAsync(Server identity, int number) =>
        identity.PostAsync("/login", new { email = NameOf(number % Count), password = IdentityPassword });

    public static Task<JsonElement> LoginBetterAuthAsync(Server betterAuth, int number) =>
        betterAuth.PostAsync("/api/auth/sign-in/email", new { email = NameOf(number % Count), password = Password });

    /// <summary>Sends this many sign-ins at once. The server refuses some if the machine is slow.</summary>
    public static async Task<Usage> BurstAsync(Server app, int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(number =>
            app.TryPostAsync("/api/account/login", new { username = NameOf(number % Count), password = Password })));
        return await app.MeasureAsync();
    }

    /// <summary>The same at Identity.</summary>
    public static async Task<Usage> BurstIdentityAsync(Server identity, int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(number =>
            identity.TryPostAsync("/login", new { email = NameOf(number % Count), password = IdentityPassword })));
        return await identity.MeasureAsync();
    }

    internal static string Text(JsonElement data, string name) => data.GetProperty(name).GetString() ?? "";

    private static string NameOf(int number) => $"u{number}@example.com";

    private static Task<JsonElement> ActivateAsync(Server app, Activation activation) => app.PostAsync("/api/account/activate", activation);

    private static Task ForEachAsync(int count, Func<int, Task> act) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, _) => await act(number));
}
