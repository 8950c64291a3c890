using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>
/// A row with a mailed code: not the code itself, but the nonce that it is derived from, and the number of tries left.
/// </summary>
public abstract class CodeRow(TableEntity columns) : TableRow(columns)
{
    public string Nonce { get => Get<string>(); set => Set(value); }

    public int TriesLeft { get => Get<int>(); set => Set(value); }

    public DateTimeOffset Issued { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>
    /// Whether the code has been redeemed. The row then stays until <see cref="Expires"/>, so that a client whose answer was lost can
    /// repeat its call.
    /// </summary>
    public bool IsRedeemed { get => GetFlag(); set => Set(value); }

    /// <summary>
    /// Whether the code may be tried, to redeem it or to repeat the call that redeemed it. Wrong guesses use up tries in both cases.
    /// </summary>
    public bool TakesTries(DateTimeOffset now) => TriesLeft > 0 && now < Expires;

    public bool IsLive(DateTimeOffset now) => TakesTries(now) && !IsRedeemed;
}
