using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AccountFunctions.Contract.Answers;

/// <summary>What an operation returns: its reply, or the <see cref="Answers.Problem"/> that it refuses with.</summary>
public readonly record struct Result<T>
    where T : notnull
{
    public Result(T reply) => Reply = reply;

    public Result(Problem problem) => Problem = problem;

    public T? Reply { get; }

    public Problem? Problem { get; }

    /// <summary>True: there is a problem and no reply.</summary>
    [MemberNotNullWhen(true, nameof(Problem))]
    [MemberNotNullWhen(false, nameof(Reply))]
    public bool IsRefused => Problem is not null;

    /// <summary>The state that the reply shows, as an entity tag (RFC 9110 §8.8.3).</summary>
    public string? ETag { get; init; }

    /// <summary>If set, the reply is a file to save under this name, without the envelope.</summary>
    public string? FileName { get; init; }

    public static implicit operator Result<T>(T reply) => new(reply);

    public static implicit operator Result<T>(Problem problem) => new(problem);
}

/// <summary>The reply of an operation that has nothing else to say.</summary>
public enum Success
{
    [JsonStringEnumMemberName("success")] Done,
}
