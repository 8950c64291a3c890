using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>What an account asks for besides the first proof.</summary>
public interface ISecondFactor
{
    /// <param name="otp">What the client sent; null if nothing.</param>
    ValueTask<FactorCheck> CheckAsync(AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken);
}

/// <summary>What came of a second factor.</summary>
/// <param name="Refusal">Null: it is right, or the account has none.</param>
/// <param name="IsWrong">Whether the refusal counts as a failed sign-in; one that is missing does not.</param>
public sealed record FactorCheck(Problem? Refusal = null, bool IsWrong = false)
{
    /// <summary>What it adds to <c>amr</c> (RFC 8176).</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];
}

/// <summary>Accounts have no second factor yet.</summary>
public sealed class NoSecondFactor : ISecondFactor
{
    public ValueTask<FactorCheck> CheckAsync(
        AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken) => new(new FactorCheck());
}
