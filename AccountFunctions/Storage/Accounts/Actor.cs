namespace AccountFunctions.Storage.Accounts;

/// <summary>Who did something to an account.</summary>
/// <param name="SessionId">The session that did it, or that it is about; null: none.</param>
/// <param name="Client">What the client calls itself.</param>
/// <param name="By">The id of the administrator who did it; null for the owner and the app.</param>
public sealed record Actor(string? SessionId = null, string? Client = null, string? By = null)
{
    /// <summary>Nobody: a job of the app.</summary>
    public static Actor App { get; } = new();
}
