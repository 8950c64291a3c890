namespace AccountFunctions.Storage.Accounts;

/// <summary>Who did something to an account.</summary>
/// <param name="SessionId">The session that did it, or that was affected; null: none.</param>
/// <param name="Client">What the client calls itself.</param>
/// <param name="By">The id of the administrator who did it; null for the owner and the app.</param>
public sealed record Actor(string? SessionId = null, string? Client = null, string? By = null)
{
    /// <summary>The app itself, through a job.</summary>
    public static Actor App { get; } = new();
}
