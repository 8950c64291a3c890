using System.Net;
using System.Text.Json;
using AccountFunctions.Accounts.Import;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace AccountFunctions.Tests.Import;

/// <summary>The command line that brings users from another system.</summary>
public sealed class ImportCommandTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Ada = "ada@example.com";
    private const string Password = "pässwörd ½ 77";

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(
        storage, new() { ["Providers:google:Audiences"] = "x" }, configure: services => services.AddImport());

    [Fact, Holds("D11")]
    public async Task Users_of_the_replaced_app_sign_in_with_their_passwords_and_keep_role_expiry_and_profile()
    {
        var (exitCode, text) = await ImportAsync("--from-django", Exports.PathTo("django.json"));

        Assert.Equal(1, exitCode);
        Assert.Contains(": refused: username: blank", text, StringComparison.Ordinal);
        Assert.Contains("10 users imported, 1 refused", text, StringComparison.Ordinal);
        Assert.Contains("Passwords__ImportedCost=trim$pbkdf2-sha256$i=260000,l=32", text, StringComparison.Ordinal);

        // Its serializers take white space from passwords.
        var login = await App.LoginAsync(Ada, " blue tractor 77 ");
        Assert.Equal(HttpStatusCode.OK, login.Status);
        var user = login.Data.GetProperty("user");
        Assert.Equal(
            ("Ada", "Lovelace", "GB", "chess", "analyst", "Notes.", "2099-08-01T00:00:00Z", "C"),
            (Of("first_name"), Of("last_name"), Of("country_code"), Of("hobbies"), Of("job"), Of("bio"), Of("expiration_date"),
                Of("role")));
        Assert.Equal("A", (await App.LoginAsync("root@example.com")).Data.GetProperty("user").GetProperty("role").GetString());
        Assert.Equal("disabled_account", (await App.LoginAsync("disabled@example.com")).Message);
        Assert.Equal("expired_account", (await App.LoginAsync("expired@example.com")).Message);
        foreach (var hasher in new[] { "pbkdf2.sha1", "argon2", "bcrypt.sha256", "bcrypt" })
        {
            Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync($"{hasher}@example.com")).Status);
        }

        // Neither has a password: one has not proved to own the address, and the other had none.
        foreach (var address in new[] { "waiting@example.com", "unusable@example.com" })
        {
            Assert.Equal("invalid_credentials", (await App.LoginAsync(address)).Message);
            await App.PostAsync("code", new { username = address });
            var code = await App.NextCodeAsync(address);
            await App.PostAsync("forgot", new { username = address, code, new_password = TestApp.Password });
            Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(address)).Status);
        }

        Assert.Empty(await App.MailsAsync(Ada));

        string? Of(string name) => user.GetProperty(name).GetString();
    }

    [Fact, Holds("D11")]
    public async Task The_first_sign_in_replaces_the_hash_and_takes_the_password_as_typed()
    {
        await ImportAsync("--from-auth0", Exports.PathTo("auth0.jsonl"));
        Assert.StartsWith("raw$bcrypt$r=10$", await StoredAsync(), StringComparison.Ordinal);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Ada, Password + "x")).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Ada, Password)).Status);

        Assert.StartsWith("$argon2id$", await StoredAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Ada, Password)).Status);
        var events = (await App.AccountRowsAsync(Ada)).Select(row => row.GetString("Kind")).OfType<string>();
        Assert.Equal(["imported", "signed_in", "signed_in"], events.Order());

        async Task<string> StoredAsync() => Account(await App.AccountRowsAsync(Ada)).GetString("PasswordHash");
    }

    [Theory, Holds("D11")]
    [InlineData("firebase", "firebase.json")]
    [InlineData("supabase", "supabase.jsonl")]
    [InlineData("better-auth", "better-auth.jsonl")]
    [InlineData("keycloak", "keycloak.json")]
    public async Task An_export_of_another_system_is_imported(string source, string file)
    {
        string[] parameters = source is "firebase" ? ["--hash-parameters", Exports.PathTo("firebase.txt")] : [];
        await ImportAsync([$"--from-{source}", Exports.PathTo(file), .. parameters]);
        var rows = await App.AccountRowsAsync(Ada);
        var secret = source switch
        {
            "supabase" => "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "keycloak" => OtpNet.Base32Encoding.ToString("a secret of 20 bytes"u8.ToArray()),
            _ => null,
        };
        Assert.Equal(secret is null ? "" : "otp_required", (await App.LoginAsync(Ada, Password)).Message ?? "");
        var otp = secret is null ? null : Authenticator.CodeOf(secret, App.Time.GetUtcNow());
        var login = await App.PostAsync("login", new { username = Ada, password = Password, otp });

        Assert.Equal(HttpStatusCode.OK, login.Status);
        Assert.StartsWith("Ada", login.Data.GetProperty("user").GetProperty("first_name").GetString(), StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2024, 7, 2, 18, 58, 0, TimeSpan.Zero), Minute(Account(rows).GetDateTimeOffset("Created")!.Value));
        var identity = Assert.Single(rows, row => row.RowKey == "identity-google");
        Assert.Equal(("https://accounts.google.com", "g-1"), (identity.GetString("Issuer"), identity.GetString("Subject")));
        Assert.Null(identity.GetString("PlanId"));
        Assert.Equal(
            Account(rows).PartitionKey,
            Assert.Single(await App.RowsAsync("Addresses"), row => row.PartitionKey.Length == 64
                && row.RowKey == "account" && row.PartitionKey != EmailAddress.KeyOf(Ada)
                && row.GetString("AccountId") == Account(rows).PartitionKey).GetString("AccountId"));
        Assert.Empty(await App.MailsAsync(Ada));

        static DateTimeOffset Minute(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute));
    }

    [Fact, Holds("D11")]
    public async Task Rows_of_ASP_NET_Core_Identity_are_imported()
    {
        var hash = new Microsoft.AspNetCore.Identity.PasswordHasher<object>().HashPassword(this, Password);
        var secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        await ImportAsync("--from-identity", Write(
        [
            new { Email = Ada, EmailConfirmed = true, PasswordHash = hash, TwoFactorEnabled = true, AuthenticatorKey = secret },
            new { Email = "out@example.com", EmailConfirmed = 1, PasswordHash = hash, LockoutEnd = "9999-12-31T23:59:59.9999999+00:00" },
            new { Email = "new@example.com", EmailConfirmed = false, PasswordHash = hash },
        ]));

        Assert.Equal("otp_required", (await App.LoginAsync(Ada, Password)).Message);
        Assert.Equal("disabled_account", (await App.LoginAsync("out@example.com", Password)).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync("new@example.com", Password)).Message);
    }

    [Fact, Holds("D11")]
    public async Task An_address_that_nobody_has_verified_keeps_no_way_in_unless_the_operator_trusts_it()
    {
        string[] args =
            ["--from-firebase", Exports.PathTo("firebase.json"), "--hash-parameters", Exports.PathTo("firebase.txt"), "--trust-unverified"];
        await ImportAsync(args[..^1]);
        Assert.Equal("invalid_credentials", (await App.LoginAsync("unverified@example.com", Password)).Message);

        await ImportAsync(Write([new
        {
            username = "thief@example.com", verified = false, password_hash = "$2b$10$x", totp_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            identities = new[] { new { provider = "google", subject = "g-2" } },
        }]));
        Assert.Equal(
            ["account"], (await App.AccountRowsAsync("thief@example.com")).Select(row => row.RowKey).Where(key => key[..5] != "event"));

        await using var other = await TestApp.StartAsync(NewStorage(), configure: services => services.AddImport());
        await ImportAsync(other, args);
        Assert.Equal(HttpStatusCode.OK, (await other.LoginAsync("unverified@example.com", Password)).Status);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing_and_a_second_run_neither()
    {
        string[] args = ["--from-django", Exports.PathTo("django.json")];
        var dry = await ImportAsync([.. args, "--dry-run"]);
        Assert.Contains("10 users can be imported, 1 refused", dry.Text, StringComparison.Ordinal);
        Assert.Empty(await App.RowsAsync("Accounts"));
        Assert.Empty(await App.RowsAsync("Addresses"));

        await ImportAsync(args);
        await App.LoginAsync(Ada);
        var rows = await RowsAsync();
        var again = await ImportAsync(args);
        Assert.Contains("10 users imported, 1 refused", again.Text, StringComparison.Ordinal);
        Assert.Equal(rows, await RowsAsync());

        async Task<IEnumerable<string>> RowsAsync() => (await App.RowsAsync("Accounts")).Concat(await App.RowsAsync("Addresses"))
            .Select(row => $"{row.PartitionKey} {row.RowKey} {row.ETag}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_imported_is_refused_with_its_line_and_the_rest_is_imported()
    {
        await App.ActivateAsync("taken@example.com");
        var (exitCode, text) = await ImportAsync(Write(
        [
            new { username = "one@example.com", password_hash = "plain text" },
            new { username = "One@Example.com " },
            new { username = "nobody" },
            new { username = "taken@example.com" },
            new { username = "two@example.com", pasword_hash = "x" },
            new { username = "three@example.com", role = "B", id = "1", created = "2999-01-01T00:00:00Z" },
            new { username = "four@example.com", identities = new[] { new { provider = "acme", subject = "1" } }, totp_secret = "1" },
            "no object",
            new { username = "five@example.com", country_code = new string('x', 11) },
        ]));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "1: the password hash is left out: the app does not know it, or it costs too much (one@example.com)\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("2: refused: username: the address of 1, too\n", text, StringComparison.Ordinal);
        Assert.Contains("3: refused: username: invalid_email (nobody)\n", text, StringComparison.Ordinal);
        Assert.Contains("4: refused: username: another account has this address (taken@example.com)\n", text, StringComparison.Ordinal);
        Assert.Contains("5: refused: The JSON property 'pasword_hash' could not be mapped", text, StringComparison.Ordinal);
        Assert.Contains("6: refused: role: invalid, id: invalid, created: invalid (three@example.com)\n", text, StringComparison.Ordinal);
        Assert.Contains("7: the authenticator app is left out: its secret is no base32 of 10 to 64 bytes", text, StringComparison.Ordinal);
        Assert.Contains("7: the identity at acme is left out: it has no issuer or no subject", text, StringComparison.Ordinal);
        Assert.Contains("8: refused: ", text, StringComparison.Ordinal);
        Assert.Contains("9: refused: country_code: too_long (five@example.com)\n", text, StringComparison.Ordinal);
        Assert.Contains("2 users imported, 7 refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_ends_waiting_registrations_and_loses_against_an_activation()
    {
        await App.RegisterAsync(Ada, "green tractor 78");
        var code = await App.NextCodeAsync(Ada);
        await ImportAsync("--from-auth0", Exports.PathTo("auth0.jsonl"));
        Assert.Equal("invalid_code", (await App.PostAsync("activate", new { username = Ada, code })).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Ada, Password)).Status);

        var racers = Enumerable.Range(0, 8).Select(number => $"racer-{number}@example.com").ToArray();
        await Task.WhenAll(racers.Select(racer => App.RegisterAsync(racer)));
        var codes = await Task.WhenAll(racers.Select(racer => App.NextCodeAsync(racer)));
        var file = Write([.. racers.Select(username => new { username })]);
        var importing = ImportAsync(file);
        var activated = await Task.WhenAll(racers.Zip(codes, (username, code) => App.PostAsync("activate", new { username, code })));
        var text = (await importing).Text;

        foreach (var (racer, activation) in racers.Zip(activated))
        {
            var isActivated = activation.Status is HttpStatusCode.OK;
            Assert.Equal(isActivated, text.Contains($"another account has this address ({racer})", StringComparison.Ordinal));
            Assert.Equal(isActivated, (await App.LoginAsync(racer)).Status is HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task What_an_owner_has_changed_stays_when_the_import_is_repeated()
    {
        string[] args = ["--from-better-auth", Exports.PathTo("better-auth.jsonl")];
        await ImportAsync(args);
        var access = (await App.LoginAsync(Ada, Password)).Data.GetProperty("access").GetString()!;
        using var unlink = new HttpRequestMessage(HttpMethod.Delete, "/api/account/identities/google");
        unlink.Content = new StringContent(JsonSerializer.Serialize(new { password = Password }), null, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await App.SendAsync(unlink, access)).Status);
        Assert.Equal("1 users imported, 0 refused", (await ImportAsync(args)).Text[..27]);
        Assert.DoesNotContain(await App.AccountRowsAsync(Ada), row => row.RowKey == "identity-google");

        const string moved = "countess@example.com";
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("email", new { password = Password, username = moved }, access)).Status);
        var code = await App.NextCodeAsync(moved);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("email/confirm", new { code }, access)).Status);
        var repeated = await ImportAsync(args);
        Assert.Contains("username: this user's account has another address by now", repeated.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(moved, Password)).Status);
    }

    [Fact]
    public async Task A_deleted_user_is_not_imported_again()
    {
        string[] args = ["--from-auth0", Exports.PathTo("auth0.jsonl")];
        await ImportAsync(args);
        var access = (await App.LoginAsync(Ada, Password)).Data.GetProperty("access").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", new { password = Password }, access)).Status);
        App.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1));
        var purger = App.Services.GetRequiredService<AccountPurger>();
        var purge = new AccountPurge(Account(await App.AccountRowsAsync(Ada)).PartitionKey, App.Time.GetUtcNow());
        await purger.HandleAsync(purge, default);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await purger.HandleAsync(purge, default);
        Assert.Empty(await App.RowsAsync("Accounts"));

        Assert.Contains("1: refused: username: the account was deleted", (await ImportAsync(args)).Text, StringComparison.Ordinal);
    }

    [Fact, Holds("D11")]
    public async Task An_export_is_imported_elsewhere_with_everything()
    {
        await ImportAsync("--from-supabase", Exports.PathTo("supabase.jsonl"));
        const string plain = "ﬁne tractor ½ 77";
        await App.ActivateAsync("native@example.com", plain);
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, await ActivatorUtilities.CreateInstance<ExportCommand>(App.Services, output).RunAsync([], default));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, output.ToString());
        await using var other = await TestApp.StartAsync(
            NewStorage(), time: App.Time, configure: services => services.AddImport());
        var (exitCode, text) = await ImportAsync(other, file);

        Assert.True(exitCode == 0, text);
        Assert.Equal(HttpStatusCode.OK, (await other.LoginAsync("native@example.com", plain)).Status);
        Assert.Equal("otp_required", (await other.LoginAsync(Ada, Password)).Message);
        Assert.Equal("disabled_account", (await other.LoginAsync("banned@example.com", Password)).Message);
        Assert.Equal(await IdsAsync(App), await IdsAsync(other));

        static async Task<IEnumerable<string>> IdsAsync(TestApp app) => (await app.RowsAsync("Accounts"))
            .Where(row => row.RowKey is "account" or "identity-google").Select(row => row.PartitionKey).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("a", "b")]
    [InlineData("--from-nowhere", "a")]
    [InlineData("--from-django", "--from-auth0", "a")]
    [InlineData("--from-firebase", "a")]
    [InlineData("--force", "a")]
    public async Task A_command_that_makes_no_sense_shows_the_usage(params string[] args) =>
        Assert.Equal((2, ImportCommand.Usage + "\n"), await ImportAsync(args));

    [Fact]
    public async Task A_file_that_is_none_is_named()
    {
        Assert.StartsWith("The file cannot be read: ", (await ImportAsync("/nowhere/users.jsonl")).Text, StringComparison.Ordinal);
        var (_, text) = await ImportAsync("--from-keycloak", Exports.PathTo("auth0.jsonl"));
        Assert.StartsWith("The file cannot be read: ", text, StringComparison.Ordinal);
    }

    private static Azure.Data.Tables.TableEntity Account(IEnumerable<Azure.Data.Tables.TableEntity> rows) =>
        rows.Single(row => row.RowKey == "account");

    private static string Write(object[] users)
    {
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, users.Select(user => JsonSerializer.Serialize(user)));
        return file;
    }

    private Task<(int ExitCode, string Text)> ImportAsync(params string[] args) => ImportAsync(App, args);

    private static async Task<(int ExitCode, string Text)> ImportAsync(TestApp app, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (await ActivatorUtilities.CreateInstance<ImportCommand>(app.Services, output).RunAsync(args, default), output.ToString());
    }
}
