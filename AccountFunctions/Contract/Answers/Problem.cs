using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Contract.Answers;

/// <summary>Every refusal that a client can get, in one place. <see cref="Code"/> is stable: clients may match it.</summary>
public sealed record Problem(int Status, string Code)
{
    [Explained("The body is not one JSON object in UTF-8, or has a duplicate member.", "Fix the client: this is never the user's fault.")]
    public static readonly Problem InvalidJson = new(400, "invalid_json");

    [Explained(
        "Some fields are invalid; `errors` names each of them and says what is wrong.",
        "Show the user which fields to correct. The field codes are listed below.")]
    public static readonly Problem InvalidFields = new(400, "invalid_fields");

    [Explained(
        "The body arrived without a length (`Transfer-Encoding: chunked`), so the platform dropped it.",
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
        "The access or refresh token is invalid or no longer valid: it expired, the user signed out, or the password or account changed.",
        "For a refused access token, refresh once and repeat the request. For a refused refresh token, discard both and have the user "
            + "sign in.")]
    public static readonly Problem TokenNotValid = new(401, "token_not_valid");

    [Explained("Only an administrator may do this.", "Do not offer it to this user: trying again will not help.")]
    public static readonly Problem Forbidden = new(403, "forbidden");

    [Explained(
        "The session was opened without a second factor or a passkey, and the call is for administrators.",
        "Have the administrator set up an authenticator app or a passkey, and sign in again with it.")]
    public static readonly Problem SecondFactorRequired = new(403, "second_factor_required");

    [Explained(
        "It would leave the deployment without an administrator. An administrator counts from the first sign-in on.",
        "Make somebody else an administrator first, and have them sign in.")]
    public static readonly Problem LastAdministrator = new(409, "last_administrator");

    [Explained("The password and its repetition differ.", "Have the user type both again.")]
    public static readonly Problem PasswordsDontMatch = new(400, "password_dont_match");

    [Explained(
        "The address already has an account. Answered only if the deployment discloses addresses.",
        "Offer to sign in or to reset the password.")]
    public static readonly Problem UsernameTaken = new(400, "username_taken");

    [Explained("The address that an administrator invites already has an account.", "Show that account.")]
    public static readonly Problem InvitedUsernameTaken = new(409, "username_taken");

    [Explained(
        "The address has no account. Answered only if the deployment discloses addresses.",
        "Have the user check the address, or offer to register.")]
    public static readonly Problem InvalidUsername = new(400, "invalid_username");

    [Explained("The current password is wrong.", "Have the user type it again. It counts as a failed sign-in.")]
    public static readonly Problem InvalidPassword = new(400, "invalid_password");

    [Explained(
        "The account has a second factor, and the call carries no `otp`.",
        "Ask for the code of the authenticator app, or for a recovery code, and repeat the call with `otp`.")]
    public static readonly Problem OtpRequired = new(400, "otp_required");

    [Explained(
        "The code of the authenticator app or the recovery code is wrong, or was used before.",
        "Have the user type the code that the app shows now. It counts as a failed sign-in.")]
    public static readonly Problem InvalidOtp = new(400, "invalid_otp");

    [Explained("The account already has an authenticator app.", "Offer to remove it first.")]
    public static readonly Problem TotpActive = new(400, "totp_active");

    [Explained("The account has no authenticator app.", "Offer to set one up.")]
    public static readonly Problem TotpInactive = new(400, "totp_inactive");

    [Explained(
        "The passkey or its answer is not right: unknown, of another page or account, or its challenge has expired or was used before.",
        "Fetch new options and have the user try again. If that fails too, offer another way to sign in.")]
    public static readonly Problem InvalidCredential = new(400, "invalid_credential");

    [Explained("The account has as many of them as it may have.", "Offer to remove one first.")]
    public static readonly Problem TooMany = new(400, "too_many");

    [Explained(
        "The ID token of the provider is not valid: it has expired, is meant for another app, or answers another request.",
        "Have the user sign in at the provider again, and send the new token with the `nonce` of that request.")]
    public static readonly Problem InvalidIdToken = new(400, "invalid_id_token");

    [Explained(
        "The provider does not vouch for the user's email address, so it cannot open an account.",
        "Offer to register. The owner of an account can link the identity afterwards.")]
    public static readonly Problem EmailNotVerified = new(400, "email_not_verified");

    [Explained(
        "An account has this email address, and the identity is not linked to it.",
        "Have the user sign in to that account, and link the identity there.")]
    public static readonly Problem AccountExists = new(400, "account_exists");

    [Explained(
        "The identity is linked to another account, or the account already has another identity of this provider.",
        "Have the user unlink it there first.")]
    public static readonly Problem IdentityTaken = new(400, "identity_taken");

    [Explained(
        "Without it, nothing would be left to sign in with: no password, no passkey and no other identity.",
        "Have the user set a password or add a passkey first.")]
    public static readonly Problem LastWayIn = new(400, "last_way_in");

    [Explained("The user did not allow the sign-in at the provider.", "Show the ways to sign in again.")]
    public static readonly Problem AccessDenied = new(400, "access_denied");

    [Explained(
        "It does not exist, or it belongs to another account, or the deployment does not have this way in.", "Read the list again.")]
    public static readonly Problem NotFound = new(404, "not_found");

    [Explained(
        "The account has changed since the client read it: `If-Match` no longer matches.",
        "Read the details again, show the user what changed, and send the change with the new `ETag`.")]
    public static readonly Problem Stale = new(412, "stale");

    [Explained(
        "The code is wrong, expired, used up, or meant for another purpose.",
        "Have the user check the newest mail. A few wrong tries void a code, so offer to send another.")]
    public static readonly Problem InvalidCode = new(400, "invalid_code");

    [Explained("No account has this address and this password.", "Have the user type them again, and offer to reset the password.")]
    public static readonly Problem InvalidCredentials = new(400, "invalid_credentials");

    [Explained("The password is right, but the address is not confirmed yet.", "Ask for the mailed code, and offer to send it again.")]
    public static readonly Problem NotActive = new(400, "not_active");

    [Explained("The account has expired.", "Tell the user whom to contact: trying again will not help.")]
    public static readonly Problem ExpiredAccount = new(400, "expired_account");

    [Explained("The account is disabled.", "Tell the user whom to contact: trying again will not help.")]
    public static readonly Problem DisabledAccount = new(400, "disabled_account");

    [Explained(
        "The account's owner has requested its deletion, which is still pending.",
        "Offer to restore the account: call `restore` with the same address and password.")]
    public static readonly Problem DeletionPending = new(400, "deletion_pending");

    [Explained(
        "Too many requests, mails or wrong passwords for now.", "Wait at least as many seconds as `Retry-After` says, then try again.")]
    public static readonly Problem TooManyRequests = new(429, "throttled");

    [Explained(
        "The service is unavailable for the moment. The request may or may not have taken effect.",
        "Try again after `Retry-After` seconds. `activate` and `forgot` may be repeated unchanged within ten minutes.")]
    public static readonly Problem ServiceUnavailable = new(503, "unavailable");

    [Explained(
        "The service has a fault that its operators must fix. The request may or may not have taken effect.",
        "Tell the user that the service is out of order. Do not try again before `Retry-After` seconds have passed.")]
    public static readonly Problem InternalFault = new(503, "internal") { RetryAfter = TimeSpan.FromMinutes(1) };

    /// <summary>The invalid fields and their codes (<see cref="FieldError"/>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; private init; }

    /// <summary>The throttle that refused the request.</summary>
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
