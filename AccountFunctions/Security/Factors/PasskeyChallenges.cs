using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Tickets;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Factors;

/// <summary>What a challenge is for; one of another purpose never opens.</summary>
public enum PasskeyPurpose
{
    Register,
    SignIn,
    Confirm,
}

/// <summary>
/// Challenges of passkey ceremonies. A challenge is stored nowhere: the client keeps it as <c>state</c>, with an HMAC that binds it to
/// purpose, account and time. So anybody may ask for one, and it costs no write. A row is written when one is used, so that none works
/// twice on any instance.
/// </summary>
public sealed class PasskeyChallenges(IOptions<CodeOptions> options, TicketStore tickets, TimeProvider time)
{
    private const int TimeBytes = sizeof(long);
    private const int ChallengeBytes = 32;
    private const int StateBytes = TimeBytes + ChallengeBytes + HMACSHA256.HashSizeInBytes;
    private const int StateLength = StateBytes / 3 * 4;
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "passkey-challenge");

    /// <summary>How long a challenge is good.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// What a registration is bound to: an account under its version, so that a new password voids what a thief has begun.
    /// </summary>
    public static string RegistrationOf(AccountEntity account) => $"{account.Id}/{account.Version}";

    /// <param name="accountId">Null for a sign-in, where the account is not known yet.</param>
    public PasskeyChallenge New(PasskeyPurpose purpose, string? accountId)
    {
        var state = new byte[StateBytes];
        var issued = time.GetUtcNow().ToUnixTimeSeconds();
        BinaryPrimitives.WriteInt64BigEndian(state, issued);
        RandomNumberGenerator.Fill(state.AsSpan(TimeBytes, ChallengeBytes));
        Sign(state, purpose, accountId).CopyTo(state, TimeBytes + ChallengeBytes);
        return Of(state);
    }

    /// <summary>
    /// Opens what a client sent as <c>state</c>, expired or not; null if it is not ours, or for another purpose or account.
    /// </summary>
    public PasskeyChallenge? Open(string text, PasskeyPurpose purpose, string? accountId)
    {
        var state = new byte[StateBytes];
        return text.Length == StateLength
            && Base64Url.IsValid(text, out var length) && length == StateBytes
            && Base64Url.TryDecodeFromChars(text, state, out _)
            && CryptographicOperations.FixedTimeEquals(
                Sign(state, purpose, accountId), state.AsSpan(TimeBytes + ChallengeBytes))
                ? Of(state)
                : null;
    }

    /// <summary>Whether a challenge is good now, if it was not used.</summary>
    public bool IsGood(PasskeyChallenge challenge)
    {
        var now = time.GetUtcNow();
        return challenge.Issued <= now + Lifetimes.ClockSkew && now < challenge.Issued + Lifetime;
    }

    /// <summary>Uses up a challenge. False if it is not good, or was used before.</summary>
    /// <param name="user">What uses it and may repeat its call: a session, or a new passkey; null for a sign-in.</param>
    public async Task<bool> TryUseAsync(PasskeyChallenge challenge, string? user, CancellationToken cancellationToken)
    {
        // The row outlives the repetition of the call.
        var expires = challenge.Issued + Lifetime + Lifetimes.Repeat + Lifetimes.ClockSkew;
        return IsGood(challenge)
            && await tickets.TryAddAsync(new TicketEntity(challenge.Id) { Expires = expires, Content = user }, cancellationToken);
    }

    /// <summary>Whether the same session or passkey used up the challenge a moment ago.</summary>
    public async Task<bool> IsUsedByAsync(PasskeyChallenge challenge, string user, CancellationToken cancellationToken) =>
        time.GetUtcNow() < challenge.Issued + Lifetimes.Repeat
        && (await tickets.FindAsync(challenge.Id, cancellationToken))?.Content == user;

    private byte[] Sign(ReadOnlySpan<byte> state, PasskeyPurpose purpose, string? accountId)
    {
        byte[] message = [.. Encoding.UTF8.GetBytes($"{purpose}\n{accountId}\n"), .. state[..(TimeBytes + ChallengeBytes)]];
        return HMACSHA256.HashData(key, message);
    }

    private static PasskeyChallenge Of(byte[] state) => new(
        Base64Url.EncodeToString(state),
        state[TimeBytes..(TimeBytes + ChallengeBytes)],
        DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(state)));
}

/// <summary>A challenge that is good once.</summary>
/// <param name="State">What the client keeps until it sends the answer.</param>
/// <param name="Value">What the authenticator signs.</param>
public sealed record PasskeyChallenge(string State, byte[] Value, DateTimeOffset Issued)
{
    /// <summary>Its SHA-256, in lower-case hex.</summary>
    public string Id { get; } = Convert.ToHexStringLower(SHA256.HashData(Value));
}
