using System.Text.Json;
using AccountFunctions.Accounts.Import;

namespace Operations.Import;

/// <summary>Reads the users of other systems as their own exports write them.</summary>
internal static class UserSources
{
    // From then on, a lockout is no delay after wrong passwords: an administrator has set it.
    private static readonly TimeSpan LongLockout = TimeSpan.FromDays(365);

    private static readonly Dictionary<string, string> ProviderNames = new()
    {
        ["google.com"] = "google",
        ["google-oauth2"] = "google",
        ["apple.com"] = "apple",
        ["microsoft.com"] = "microsoft",
        ["windowslive"] = "microsoft",
    };

    /// <summary>The option that names the source, after <c>--from-</c>, and how it is read.</summary>
    public static IReadOnlyDictionary<string, Func<ImportFile, SourceOptions, IEnumerable<SourceRecord>>> All { get; } =
        new Dictionary<string, Func<ImportFile, SourceOptions, IEnumerable<SourceRecord>>>
        {
            ["django"] = (file, _) => Django(file),
            ["identity"] = (file, options) => file.Read(user => Identity(user, options.Now)),
            ["firebase"] = (file, options) => file.Read(user => Firebase(user, options.Firebase), "users"),
            ["supabase"] = (file, options) => file.Read(user => Supabase(user, options.Now)),
            ["auth0"] = (file, _) => file.Read(Auth0),
            ["better-auth"] = (file, _) => file.Read(BetterAuth),
            ["keycloak"] = (file, _) => file.Read(Keycloak, "users"),
        };

    /// <summary>The format of this app.</summary>
    public static IEnumerable<SourceRecord> Own(ImportFile file) => file.Read(element =>
        element.Deserialize(AccountRecordJson.Default.AccountRecord) is { } record
            ? record with { PasswordHash = record.PasswordHash is { } hash ? ForeignHashes.Convert(hash) : null }
            : throw new JsonException("a record is a JSON object"));

    // manage.py dumpdata. A user of the accounts app who has a code to redeem cannot sign in there, and may not own the address.
    private static IEnumerable<SourceRecord> Django(ImportFile file)
    {
        var waiting = file.Elements().Select(element => element.Json)
            .Where(element => element.Text("model")?.EndsWith(".verificationcode", StringComparison.Ordinal) == true)
            .Select(element => element.Member("fields").Member("user").ToString())
            .ToHashSet();
        return file.Read(
            element =>
            {
                var fields = element.Member("fields");

                // The serializers of that app take white space from passwords.
                var isSeed = fields.Has("role") && fields.Has("expiration_date");
                return new AccountRecord
                {
                    Username = fields.Text("username") is { } name && name.Contains('@', StringComparison.Ordinal)
                        ? name
                        : fields.Text("email"),
                    PasswordHash = Hash(
                        fields.Text("password") is ['!', ..] ? null : fields.Text("password"),
                        isSeed ? ForeignHashes.Trimmed : ForeignHashes.Raw),
                    Verified = !waiting.Contains(element.Member("pk").ToString()),
                    Disabled = fields.Flag("is_active") == false,
                    Role = fields.Text("role") ?? (fields.Flag("is_superuser") == true ? "A" : null),
                    FirstName = fields.Text("first_name"),
                    LastName = fields.Text("last_name"),
                    CountryCode = fields.Text("country_code"),
                    Hobbies = fields.Text("hobbies"),
                    Job = fields.Text("job"),
                    Bio = fields.Text("bio"),
                    ExpirationDate = fields.Time("expiration_date"),
                    Created = fields.Time("date_joined"),
                };
            },
            takes: element => element.Member("fields") is var fields && fields.Has("username") && fields.Has("password"));
    }

    // Rows of AspNetUsers, with the columns AuthenticatorKey and Logins.
    private static AccountRecord Identity(JsonElement user, DateTimeOffset now) => new()
    {
        Username = user.Text("Email") ?? user.Text("UserName"),
        Verified = user.Flag("EmailConfirmed") == true,
        PasswordHash = Hash(user.Text("PasswordHash")),
        Disabled = user.Time("LockoutEnd") > now + LongLockout,
        TotpSecret = user.Flag("TwoFactorEnabled") == true ? user.Text("AuthenticatorKey") : null,
        Identities = Identities(user.Items("Logins"), "LoginProvider", "ProviderKey"),
    };

    private static AccountRecord Firebase(JsonElement user, FirebaseParameters? parameters) => new()
    {
        Username = user.Text("email"),
        Verified = user.Flag("emailVerified") == true,
        PasswordHash = parameters is not null && user.Text("passwordHash") is { } hash && user.Text("salt") is { } salt
            ? ForeignHashes.Firebase(parameters, salt, hash)
            : user.Text("passwordHash"),
        FirstName = user.Text("displayName"),
        Disabled = user.Flag("disabled") == true,
        Created = user.Milliseconds("createdAt"),
        Identities = Identities(
            user.Items("providerUserInfo").Where(info => info.Text("providerId") is not "password" and not "phone"),
            "providerId",
            "rawId"),
    };

    // Rows of auth.users, with the rows of auth.identities and auth.mfa_factors.
    private static AccountRecord Supabase(JsonElement user, DateTimeOffset now)
    {
        var profile = user.Member("raw_user_meta_data");
        return new AccountRecord
        {
            Username = user.Text("email"),
            Verified = user.Text("email_confirmed_at") is not null,
            PasswordHash = Hash(user.Text("encrypted_password")),
            FirstName = profile.Text("first_name") ?? profile.Text("full_name") ?? profile.Text("name"),
            LastName = profile.Text("last_name"),
            Disabled = user.Time("banned_until") > now,
            Created = user.Time("created_at"),
            TotpSecret = user.Items("factors")
                .FirstOrDefault(factor => factor.Text("factor_type") is "totp" && factor.Text("status") is "verified")
                .Text("secret"),
            Identities = Identities(
                user.Items("identities").Where(identity => identity.Text("provider") is not "email" and not "phone"),
                "provider",
                "provider_id"),
        };
    }

    private static AccountRecord Auth0(JsonElement user) => new()
    {
        Username = user.Text("email"),
        Verified = user.Flag("email_verified") == true,
        PasswordHash = Hash(user.Text("passwordHash")),
        FirstName = user.Text("given_name") ?? user.Text("name"),
        LastName = user.Text("family_name"),
        Disabled = user.Flag("blocked") == true,
        Created = user.Time("created_at"),
        Identities = Identities(
            user.Items("identities").Where(identity => identity.Text("provider") is not "auth0"), "provider", "user_id"),
    };

    // Rows of table user, with those of table account.
    private static AccountRecord BetterAuth(JsonElement user) => new()
    {
        Username = user.Text("email"),
        Verified = user.Flag("emailVerified") == true,
        PasswordHash = Hash(user.Items("accounts").FirstOrDefault(account => account.Text("providerId") is "credential").Text("password")),
        FirstName = user.Text("name"),
        Disabled = user.Flag("banned") == true,
        Created = user.Time("createdAt"),
        Identities = Identities(
            user.Items("accounts").Where(account => account.Text("providerId") is not "credential"), "providerId", "accountId"),
    };

    // Credentials keep their parts as JSON in texts.
    private static AccountRecord Keycloak(JsonElement user)
    {
        var credentials = user.Items("credentials").ToList();
        var password = credentials.Find(credential => credential.Text("type") is "password");
        var app = credentials.Find(credential => credential.Text("type") is "otp");
        return new AccountRecord
        {
            Username = user.Text("email") ?? user.Text("username"),
            Verified = user.Flag("emailVerified") == true,
            PasswordHash = KeycloakHash(password.Inner("credentialData"), password.Inner("secretData")),
            FirstName = user.Text("firstName"),
            LastName = user.Text("lastName"),
            Disabled = user.Flag("enabled") == false,
            Created = user.Milliseconds("createdTimestamp"),
            TotpSecret = KeycloakSecret(app.Inner("credentialData"), app.Inner("secretData")),
            Identities = Identities(user.Items("federatedIdentities"), "identityProvider", "userId"),
        };
    }

    private static string? KeycloakHash(JsonElement data, JsonElement secret)
    {
        if (secret.Text("value") is not { } value || secret.Text("salt") is not { } salt)
        {
            return null;
        }

        var (algorithm, iterations) = (data.Text("algorithm") ?? "", data.Member("hashIterations").ToString());
        var more = data.Member("additionalParameters");
        string First(string name) => more.Items(name).FirstOrDefault().ToString();

        return algorithm switch
        {
            "argon2" when First("version") is "1.3" => ForeignHashes.Convert(
                $"$argon2{First("type")}$v=19$m={First("memory")},t={iterations},p={First("parallelism")}"
                    + $"${salt.TrimEnd('=')}${value.TrimEnd('=')}"),
            "pbkdf2" => ForeignHashes.Pbkdf2(ForeignHashes.Raw, "sha1", iterations, salt, value),
            "pbkdf2-sha256" or "pbkdf2-sha512" => ForeignHashes.Pbkdf2(ForeignHashes.Raw, algorithm[7..], iterations, salt, value),
            _ => algorithm,
        };
    }

    // The app knows one kind of codes; another secret would make none that it takes.
    private static string? KeycloakSecret(JsonElement data, JsonElement secret) =>
        secret.Text("value") is not { } value ? null
        : data.Text("subType") is "totp" && data.Text("algorithm") is "HmacSHA1"
            && data.Member("digits").ToString() is "6" && data.Member("period").ToString() is "30"
            ? data.Text("secretEncoding") is "BASE32" ? value : OtpNet.Base32Encoding.ToString(System.Text.Encoding.UTF8.GetBytes(value))
            : data.Text("subType") ?? "";

    private static string? Hash(string? hash, string form = ForeignHashes.Raw) =>
        string.IsNullOrEmpty(hash) ? null : ForeignHashes.Convert(hash, form);

    private static IReadOnlyList<IdentityRecord> Identities(IEnumerable<JsonElement> items, string provider, string subject) =>
    [
        .. items.Select(item => new IdentityRecord(
            item.Text(provider) is { } name ? ProviderNames.GetValueOrDefault(name, name.ToLowerInvariant()) : "",
            item.Text(subject) ?? "",
            Email: item.Text("email"))),
    ];
}

/// <param name="Firebase">The parameters of the project's hashes; null: it is not Firebase.</param>
/// <param name="Now">Decides whether a user is locked out.</param>
internal sealed record SourceOptions(FirebaseParameters? Firebase, DateTimeOffset Now);
