using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>What an account requires besides the first proof.</summary>
public interface ISecondFactor
{
    /// <param name="otp">What the client sent; null if it sent nothing.</param>
    ValueTask<FactorCheck> CheckAsync(AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken);
}

/// <summary>The outcome of the check of a second factor.</summary>
/// <param name="Refusal">Null: the factor is right, or the account has none.</param>
/// <param name="IsWrong">Whether the refusal counts as a failed sign-in. A missing factor does not.</param>
public sealed record FactorCheck(Problem? Refusal = null, bool IsWrong = false)
{
    /// <summary>The methods that it adds to <c>amr</c> (RFC 8176).</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];
}

/// <summary>Accounts have no second factor yet.</summary>
public sealed class NoSecondFactor : ISecondFactor
{
    public ValueTask<FactorCheck> CheckAsync(
        AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken) => new(new FactorCheck());
}
