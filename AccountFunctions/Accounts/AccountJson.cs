using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Accounts.Factors;
using AccountFunctions.Accounts.Identities;
using AccountFunctions.Accounts.Profile;
using AccountFunctions.Accounts.Recovery;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Accounts.SignUp;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Tokens;

namespace AccountFunctions.Accounts;

/// <summary>
/// Source-generated JSON for every request and reply of the API. It is strict: names are case-sensitive, no member may occur twice, and
/// null or absent is accepted only where the type allows it.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    Converters = [typeof(MemberConverter<string>), typeof(MemberConverter<bool>), typeof(MemberConverter<JsonElement>),
        typeof(SnakeCaseEnumConverter<Success>),
        typeof(SnakeCaseEnumConverter<ActivateReply>), typeof(WholeSecondsConverter)])]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterReply))]
[JsonSerializable(typeof(ActivateRequest))]
[JsonSerializable(typeof(ActivateReply))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(MailSignInCodeRequest))]
[JsonSerializable(typeof(LoginExternalRequest))]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(ResendCodeRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(RestoreAccountRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(UpdateDetailsRequest))]
[JsonSerializable(typeof(UserReply))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(IReadOnlyList<SessionReply>))]
[JsonSerializable(typeof(ChangeEmailRequest))]
[JsonSerializable(typeof(ConfirmEmailRequest))]
[JsonSerializable(typeof(DeleteAccountRequest))]
[JsonSerializable(typeof(DeleteAccountReply))]
[JsonSerializable(typeof(SetUpTotpRequest))]
[JsonSerializable(typeof(SetUpTotpReply))]
[JsonSerializable(typeof(ConfirmTotpRequest))]
[JsonSerializable(typeof(RenewRecoveryCodesRequest))]
[JsonSerializable(typeof(RecoveryCodesReply))]
[JsonSerializable(typeof(RemoveTotpRequest))]
[JsonSerializable(typeof(TotpReply))]
[JsonSerializable(typeof(BeginPasskeyRequest))]
[JsonSerializable(typeof(BeginPasskeyReply))]
[JsonSerializable(typeof(AddPasskeyRequest))]
[JsonSerializable(typeof(PasskeyReply))]
[JsonSerializable(typeof(IReadOnlyList<PasskeyReply>))]
[JsonSerializable(typeof(RenamePasskeyRequest))]
[JsonSerializable(typeof(PasskeyRequestReply))]
[JsonSerializable(typeof(LoginWithPasskeyRequest))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(IReadOnlyList<IdentityReply>))]
[JsonSerializable(typeof(LinkIdentityRequest))]
[JsonSerializable(typeof(EventsReply))]
[JsonSerializable(typeof(AccountExport))]
[JsonSerializable(typeof(AdministeredAccountReply))]
[JsonSerializable(typeof(AccountsReply))]
[JsonSerializable(typeof(InviteAccountRequest))]
[JsonSerializable(typeof(ChangeAccountRequest))]
[JsonSerializable(typeof(JsonWebKeys))]
[JsonSerializable(typeof(OpenIdConfiguration))]
[JsonSerializable(typeof(Success))]
public sealed partial class AccountJson : JsonSerializerContext;
