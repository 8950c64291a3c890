using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Identities;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Tickets;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// The codes that browsers bring back to the client after a sign-in at a provider. Each is good once, for a minute, and only for the client
/// that has the verifier, because URLs end up in histories and logs.
/// </summary>
public sealed class LoginCodes(TicketStore tickets, IOptions<CodeOptions> options, TimeProvider time)
{
    private const string Use = "external-login-code";
    private const int Bytes = 32;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    // Once the client asks its user for the second factor.
    private static readonly TimeSpan LifetimeWithFactor = TimeSpan.FromMinutes(5);
    private readonly Lazy<Seal> seal = new(() => new Seal(DerivedKey.From(options.Value.Key, Use)));

    /// <summary>A new code for an identity that was proved.</summary>
    public async Task<string> IssueAsync(ExternalIdentity identity, string codeChallenge, CancellationToken cancellationToken)
    {
        var (code, now) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)), time.GetUtcNow());
        var content = JsonSerializer.SerializeToUtf8Bytes(
            LoginCodeContent.Of(identity, codeChallenge, now), ExternalJson.Default.LoginCodeContent);
        var id = IdOf(code);
        await tickets.TryAddAsync(
            new TicketEntity(id) { Expires = now + Lifetime, Content = seal.Value.Close(content, id) }, cancellationToken);
        return code;
    }

    /// <summary>What a code stands for; <c>invalid_code</c> for whatever is wrong. The code stays good until it is used up.</summary>
    public async Task<Result<ExternalLogin>> FindAsync(string code, string verifier, CancellationToken cancellationToken)
    {
        var id = IdOf(code);
        if (await tickets.FindAsync(id, cancellationToken) is not { Content: { } sealedContent } ticket
            || time.GetUtcNow() >= ticket.Expires
            || !seal.Value.TryOpen(sealedContent, id, out var opened, out _)
            || JsonSerializer.Deserialize(opened, ExternalJson.Default.LoginCodeContent) is not { } content)
        {
            return Problem.InvalidCode;
        }

        var challenge = AuthorizationFlow.ChallengeOf(verifier);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(challenge), Encoding.ASCII.GetBytes(content.CodeChallenge))
            ? new ExternalLogin(content.ToIdentity(), (outcome, cancellation) => SettleAsync(ticket, content.Issued, outcome, cancellation))
            : Problem.InvalidCode;
    }

    private async Task<Problem?> SettleAsync(
        TicketEntity ticket, DateTimeOffset issued, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is SignInOutcome.Succeeded)
        {
            return await tickets.TryUseAsync(ticket, cancellationToken) ? null : Problem.InvalidCode;
        }

        if (ticket.Expires < issued + LifetimeWithFactor)
        {
            // If another request was faster, it has done the same, or has used up the code.
            ticket.Expires = issued + LifetimeWithFactor;
            await tickets.TrySaveAsync(ticket, cancellationToken);
        }

        return null;
    }

    private static string IdOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}

/// <summary>What the ticket of a code holds, sealed.</summary>
public sealed record LoginCodeContent(
    string Provider,
    string Issuer,
    string Subject,
    string? Email,
    bool IsVerified,
    string FirstName,
    string LastName,
    DateTimeOffset Authenticated,
    string CodeChallenge,
    DateTimeOffset Issued)
{
    public static LoginCodeContent Of(ExternalIdentity identity, string codeChallenge, DateTimeOffset now) => new(
        identity.Provider,
        identity.Issuer,
        identity.Subject,
        identity.Email?.Mailbox,
        identity.IsVerified,
        identity.FirstName,
        identity.LastName,
        identity.Authenticated,
        codeChallenge,
        now);

    public ExternalIdentity ToIdentity() => new(Provider, Issuer, Subject)
    {
        Email = EmailAddress.TryParse(Email, out var address) ? address : null,
        IsVerified = IsVerified,
        FirstName = FirstName,
        LastName = LastName,
        Authenticated = Authenticated,
    };
}
