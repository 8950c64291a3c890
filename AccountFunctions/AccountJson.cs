using System.Text.Json.Serialization;
using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Security;

namespace AccountFunctions;

/// <summary>Every shape that is read from or written as JSON. Strict: case-sensitive names, no duplicate members, no nulls or gaps where a type has none.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    Converters = [typeof(MemberConverter<string>), typeof(MemberConverter<bool>), typeof(SnakeCaseEnumConverter<Success>), typeof(SnakeCaseEnumConverter<EmailKind>)])]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterReply))]
[JsonSerializable(typeof(ActivateRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginReply))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(ResendCodeRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(UpdateDetailsRequest))]
[JsonSerializable(typeof(UserReply))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(IReadOnlyList<SessionReply>))]
[JsonSerializable(typeof(JsonWebKeys))]
[JsonSerializable(typeof(OpenIdConfiguration))]
[JsonSerializable(typeof(Success))]
[JsonSerializable(typeof(EmailJob))]
[JsonSerializable(typeof(HousekeepingJob))]
[JsonSerializable(typeof(AccessTokenHeader))]
[JsonSerializable(typeof(AccessTokenPayload))]
public sealed partial class AccountJson : JsonSerializerContext;

/// <summary>Enum members travel as snake_case strings.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
