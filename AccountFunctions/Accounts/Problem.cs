namespace AccountFunctions.Accounts;

/// <summary>Every refusal that a client can meet, on one page. <see cref="Code"/> is stable: clients may match it.</summary>
public sealed record Problem(int Status, string Code)
{
    public static readonly Problem InvalidJson = new(400, "invalid_json");
    public static readonly Problem TooLarge = new(413, "too_large");
    public static readonly Problem UnsupportedMediaType = new(415, "unsupported_media_type");
    public static readonly Problem NotAuthenticated = new(401, "not_authenticated");
    public static readonly Problem TokenNotValid = new(401, "token_not_valid");
    public static readonly Problem PasswordsDontMatch = new(400, "password_dont_match");
    public static readonly Problem UsernameTaken = new(400, "username_taken");
    public static readonly Problem InvalidUsername = new(400, "invalid_username");
    public static readonly Problem InvalidPassword = new(400, "invalid_password");
    public static readonly Problem NotFound = new(404, "not_found");
    public static readonly Problem Stale = new(412, "stale");
    public static readonly Problem InvalidCode = new(400, "invalid_code");
    public static readonly Problem InvalidCredentials = new(400, "invalid_credentials");
    public static readonly Problem NotActive = new(400, "not_active");
    public static readonly Problem ExpiredAccount = new(400, "expired_account");
    public static readonly Problem DisabledAccount = new(400, "disabled_account");

    /// <summary>Fields at fault and their codes (<see cref="FieldError"/>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; private init; }

    /// <summary>Which throttle refused.</summary>
    public ThrottleKind? Throttle { get; private init; }

    /// <summary>When another try makes sense.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>What clients show: the code, or <c>field: code</c>, one a line.</summary>
    public string Message => Errors is null
        ? Code
        : string.Join('\n', Errors.SelectMany(error => error.Value.Select(code => $"{error.Key}: {code}")));

    public static Problem Fields(IReadOnlyDictionary<string, IReadOnlyList<string>> errors) => new(400, "invalid_fields") { Errors = errors };

    public static Problem Field(string field, string code) => Fields(new Dictionary<string, IReadOnlyList<string>> { [field] = [code] });

    public static Problem Throttled(ThrottleKind throttle, TimeSpan retryAfter) => new(429, "throttled") { Throttle = throttle, RetryAfter = retryAfter };

    public static Problem Unavailable(TimeSpan retryAfter) => new(503, "unavailable") { RetryAfter = retryAfter };
}

/// <summary>What is counted and bounded.</summary>
public enum ThrottleKind
{
    /// <summary>Requests of a client network.</summary>
    Network,

    /// <summary>Failed sign-ins at an address.</summary>
    SignIn,

    /// <summary>Mails to an address.</summary>
    Mail,
}

/// <summary>What can be wrong with a field.</summary>
public static class FieldError
{
    public const string Required = "required";
    public const string Blank = "blank";
    public const string Null = "null";
    public const string Invalid = "invalid";
    public const string InvalidEmail = "invalid_email";
    public const string TooLong = "too_long";
    public const string TooShort = "too_short";
    public const string TooCommon = "too_common";
    public const string TooSimilar = "too_similar";
}
