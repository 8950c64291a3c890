using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Contract.Answers;

/// <summary>Every refusal that a client can meet, on one page. <see cref="Code"/> is stable: clients may match it.</summary>
public sealed record Problem(int Status, string Code)
{
    [Explained("The body is not one JSON object in UTF-8, or has a member twice.", "Mend the client: this is never the user's fault.")]
    public static readonly Problem InvalidJson = new(400, "invalid_json");

    [Explained(
        "Fields are at fault; `errors` names each and says what is wrong with it.",
        "Show the user which fields to mend; the codes of fields are below.")]
    public static readonly Problem InvalidFields = new(400, "invalid_fields");

    [Explained(
        "The body came without a length (`Transfer-Encoding: chunked`), and the platform dropped it.",
        "Send `Content-Length`. In .NET, call `await content.LoadIntoBufferAsync()` before sending.")]
    public static readonly Problem LengthRequired = new(411, "length_required");

    [Explained("The body is longer than 64 KiB.", "Send less. The limits of the fields are in the API documentation.")]
    public static readonly Problem TooLarge = new(413, "too_large");

    [Explained(
        "The body is not declared as JSON in UTF-8, or it is compressed.",
        "Send `Content-Type: application/json` and no `Content-Encoding`.")]
    public static readonly Problem UnsupportedMediaType = new(415, "unsupported_media_type");

    [Explained("The request carries no access token.", "Send `Authorization: Bearer` with the access token, or have the user sign in.")]
    public static readonly Problem NotAuthenticated = new(401, "not_authenticated");

    [Explained(
        "The access or refresh token is not, or no longer, good: expired, signed out, or the password or the account changed.",
        "Refused an access token, refresh once and repeat the request. Refused the refresh token, forget both and have the user sign in.")]
    public static readonly Problem TokenNotValid = new(401, "token_not_valid");

    [Explained("Only an administrator may do this.", "Do not offer it to this user: no other try will succeed.")]
    public static readonly Problem Forbidden = new(403, "forbidden");

    [Explained("The password and its repetition differ.", "Have the user type both again.")]
    public static readonly Problem PasswordsDontMatch = new(400, "password_dont_match");

    [Explained(
        "The address has an account. Answered only where the deployment discloses addresses.",
        "Offer to sign in or to reset the password.")]
    public static readonly Problem UsernameTaken = new(400, "username_taken");

    [Explained(
        "The address is unknown. Answered only where the deployment discloses addresses.",
        "Have the user check the address, or offer to register.")]
    public static readonly Problem InvalidUsername = new(400, "invalid_username");

    [Explained("The current password is wrong.", "Have the user type it again. It counts as a failed sign-in.")]
    public static readonly Problem InvalidPassword = new(400, "invalid_password");

    [Explained("It does not exist, or it belongs to somebody else.", "Read the list again.")]
    public static readonly Problem NotFound = new(404, "not_found");

    [Explained(
        "The account has changed since it was read: `If-Match` is no longer true.",
        "Read the details again, show the user what is new, and send the change with the new `ETag`.")]
    public static readonly Problem Stale = new(412, "stale");

    [Explained(
        "The code is wrong, expired, used up, or for something else.",
        "Have the user look at the newest mail; after a few wrong tries a code is dead: offer to send another.")]
    public static readonly Problem InvalidCode = new(400, "invalid_code");

    [Explained("No account has this address and this password.", "Have the user type them again, and offer to reset the password.")]
    public static readonly Problem InvalidCredentials = new(400, "invalid_credentials");

    [Explained("The password is right, but the address is not confirmed yet.", "Ask for the mailed code, and offer to send it again.")]
    public static readonly Problem NotActive = new(400, "not_active");

    [Explained("The time that the account was given is over.", "Tell the user whom to ask; no other try will succeed.")]
    public static readonly Problem ExpiredAccount = new(400, "expired_account");

    [Explained("The account is disabled.", "Tell the user whom to ask; no other try will succeed.")]
    public static readonly Problem DisabledAccount = new(400, "disabled_account");

    [Explained(
        "The owner has asked for the account's deletion, and it is still there.",
        "Offer to keep the account: `restore` with the same address and password.")]
    public static readonly Problem DeletionPending = new(400, "deletion_pending");

    [Explained(
        "Too many requests, mails or wrong passwords for now.", "Wait as many seconds as `Retry-After` says, then try again; no sooner.")]
    public static readonly Problem TooManyRequests = new(429, "throttled");

    [Explained(
        "The service cannot answer for now. Whether the request had its effect is not known.",
        "Try again after `Retry-After` seconds. Within ten minutes, `activate` and `forgot` may be repeated as they were.")]
    public static readonly Problem ServiceUnavailable = new(503, "unavailable");

    [Explained(
        "The service has a fault that its operators must mend. Whether the request had its effect is not known.",
        "Show that the service is out of order, and try again after `Retry-After` seconds at the earliest.")]
    public static readonly Problem InternalFault = new(503, "internal") { RetryAfter = TimeSpan.FromMinutes(1) };

    /// <summary>Fields at fault and their codes (<see cref="FieldError"/>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; private init; }

    /// <summary>Which throttle refused.</summary>
    public ThrottleKind? Throttle { get; private init; }

    /// <summary>How long to wait before another try.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>What clients show: the code, or <c>field: code</c>, one a line.</summary>
    public string Message => Errors is null
        ? Code
        : string.Join('\n', Errors.SelectMany(error => error.Value.Select(code => $"{error.Key}: {code}")));

    public static Problem Fields(IReadOnlyDictionary<string, IReadOnlyList<string>> errors) => InvalidFields with { Errors = errors };

    public static Problem Field(string field, string code) => Fields(new Dictionary<string, IReadOnlyList<string>> { [field] = [code] });

    public static Problem Throttled(ThrottleKind throttle, TimeSpan retryAfter) =>
        TooManyRequests with { Throttle = throttle, RetryAfter = retryAfter };

    public static Problem Unavailable(TimeSpan retryAfter) => ServiceUnavailable with { RetryAfter = retryAfter };
}
