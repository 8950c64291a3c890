using System.Text.Json.Serialization;

namespace AccountFunctions.Accounts;

/// <summary>What an operation answers: its reply or the <see cref="Accounts.Problem"/> it was refused for.</summary>
public readonly record struct Result<T>
{
    public Result(T reply) => Reply = reply;

    public Result(Problem problem) => Problem = problem;

    public T? Reply { get; }

    public Problem? Problem { get; }

    /// <summary>The state of what the reply shows, as an entity tag (RFC 9110 §8.8.3).</summary>
    public string? ETag { get; init; }

    public static implicit operator Result<T>(T reply) => new(reply);

    public static implicit operator Result<T>(Problem problem) => new(problem);
}

/// <summary>The payload of operations that have nothing else to say.</summary>
public enum Success
{
    [JsonStringEnumMemberName("success")] Done,
}
