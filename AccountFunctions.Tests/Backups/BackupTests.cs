using System.Net;
using System.Text.Json;
using AccountFunctions.Lifecycle;
using AccountFunctions.Security;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Operations;
using Operations.Backups;

namespace AccountFunctions.Tests.Backups;

/// <summary>Backups of the app's tables, and what comes back of them.</summary>
public sealed class BackupTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Ada = "ada@example.com";
    private const string Key = "a2V5IG9mIHRoZSBiYWNrdXBzIG9mIHRoZXNlIHRlc3RzLi4u";
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    // The service stamps rows by the clock of this machine. Two runs may not begin in one second.
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override Task<TestApp> StartAsync(string storage) => StartAppAsync(storage);

    [Fact, Holds("D12")]
    public async Task A_deleted_account_comes_back_by_one_command_with_its_ways_in_and_without_what_was_open()
    {
        var authenticator = await App.EnrolAsync(Ada);
        var tokens = (await App.PostAsync(
            "login", new { username = Ada, password = TestApp.Password, otp = authenticator.RecoveryCodes[0] })).Data;
        await PasskeyAsync(tokens.GetProperty("access").GetString(), authenticator.RecoveryCodes[1]);
        Assert.Equal(0, (await BackUpAsync("--full")).ExitCode);
        await DeleteAsync(Ada);
        Assert.Equal(0, (await BackUpAsync()).ExitCode);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Ada)).Message);

        // Deleted on purpose, so somebody has to say that it is to come back.
        var (exitCode, text) = await RestoreAsync("--address", Ada, "--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("the account was deleted", text, StringComparison.Ordinal);
        (exitCode, text) = await RestoreAsync("--address", Ada, "--deleted", "--yes");
        Assert.True(exitCode == 0, text);

        Assert.Equal("otp_required", (await App.LoginAsync(Ada)).Message);
        Assert.Equal("token_not_valid", (await App.GetAsync("details", tokens.GetProperty("access").GetString())).Message);
        var refresh = new { refresh = tokens.GetProperty("refresh").GetString() };
        Assert.Equal("token_not_valid", (await App.PostAsync("refresh", refresh)).Message);
        var login = await App.PostAsync(
            "login", new { username = Ada, password = TestApp.Password, otp = authenticator.RecoveryCodes[2] });
        Assert.Equal(HttpStatusCode.OK, login.Status);
        var events = (await App.AccountRowsAsync(Ada)).Select(row => row.GetString("Kind")).OfType<string>().ToHashSet();
        Assert.Superset(new HashSet<string> { "activated", "totp_enabled", "passkey_added", "restored_from_backup" }, events);
        Assert.Contains(await App.AccountRowsAsync(Ada), row => row.RowKey.StartsWith("passkey-", StringComparison.Ordinal));
        await Eventually.TrueAsync(
            async () => (await App.MailsAsync(Ada)).Any(mail => mail.Subject == "Your Example account is back"),
            () => "The owner gets no notice.");

        // A second restore, and the list of deletions, leave it alone.
        var before = (await App.AccountRowsAsync(Ada)).ConvertAll(row => $"{row.RowKey} {row.ETag}");
        Assert.Equal(0, (await RestoreAsync("--address", Ada, "--deleted", "--yes")).ExitCode);
        Assert.Equal(before, (await App.AccountRowsAsync(Ada)).ConvertAll(row => $"{row.RowKey} {row.ETag}"));
        Assert.False(await App.Services.GetRequiredService<PurgeLog>().HasAsync(await App.IdOfAsync(Ada), Stop));
    }

    [Fact, Holds("D12")]
    public async Task Everything_comes_back_into_empty_tables_row_by_row_as_increments_and_deletions_left_it()
    {
        await App.ActivateAsync(Ada);
        await App.ActivateAsync("bob@example.com");
        await App.ActivateAsync("carol@example.com");
        await BackUpAsync("--full");
        var access = (await App.LoginAsync(Ada)).Data.GetProperty("access").GetString();
        await App.PostAsync("details", new { job = "analyst", bio = "½ tractor\tand\nmore" }, access);
        await App.ActivateAsync("dave@example.com");
        await BackUpAsync();
        await DeleteAsync("bob@example.com");
        await App.ActivateAsync("erin@example.com");
        await DeleteAsync("erin@example.com");
        clock.Advance(TimeSpan.FromHours(1));
        var (exitCode, text) = await BackUpAsync();
        Assert.True(exitCode == 0, text);
        Assert.DoesNotContain(" 0 deletions", text, StringComparison.Ordinal);

        await using var other = await StartAppAsync(NewStorage(), App.Time);
        (exitCode, text) = await RestoreAsync(other, "--all", "--yes", "--silent");
        Assert.True(exitCode == 0, text);
        Assert.Contains("3 accounts, 0 without their address; 0 names", text, StringComparison.Ordinal);
        Assert.Equal(await LinesAsync(App), await LinesAsync(other));
        Assert.Equal(HttpStatusCode.OK, (await other.LoginAsync(Ada)).Status);
        Assert.Equal("invalid_credentials", (await other.LoginAsync("bob@example.com")).Message);
        Assert.Empty(await other.MailsAsync(Ada));
        Assert.Equal(0, await DirectoryAsync(other));

        Assert.Contains("into empty tables only", (await RestoreAsync(other, "--all", "--yes")).Text, StringComparison.Ordinal);
    }

    [Fact, Holds("D12")]
    public async Task Who_was_deleted_since_the_backup_stays_deleted()
    {
        await App.ActivateAsync(Ada);
        await App.ActivateAsync("bob@example.com");
        await BackUpAsync("--full");
        await DeleteAsync("bob@example.com");
        await BackUpAsync();

        await using var other = await StartAppAsync(NewStorage(), App.Time);
        var (exitCode, text) = await RestoreAsync(other, "--all", "--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("the account was deleted", text, StringComparison.Ordinal);
        Assert.Equal("invalid_credentials", (await other.LoginAsync("bob@example.com")).Message);
        Assert.Equal(HttpStatusCode.OK, (await other.LoginAsync(Ada)).Status);
    }

    [Fact, Holds("D12")]
    public async Task Who_was_deleted_after_an_older_run_stays_deleted_when_that_run_is_restored()
    {
        await App.ActivateAsync(Ada);
        await App.ActivateAsync("bob@example.com");
        await BackUpAsync("--full");
        await DeleteAsync("bob@example.com");
        await BackUpAsync();

        await using var other = await StartAppAsync(NewStorage(), App.Time);
        var (exitCode, text) = await RestoreAsync(other, "--all", "--yes", "--at", Path.GetFileName(RunOf("full")));
        Assert.Equal(1, exitCode);
        Assert.Contains("the account was deleted", text, StringComparison.Ordinal);
        Assert.Equal("invalid_credentials", (await other.LoginAsync("bob@example.com")).Message);
    }

    [Fact]
    public async Task Runs_beside_each_other_lose_nothing()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        await BesideAsync(["--incremental"], "bob@example.com");
        await BesideAsync(["--full"], "carol@example.com");
        await App.ActivateAsync("dave@example.com");
        var (exitCode, text) = await BackUpAsync();
        Assert.True(exitCode == 0, text);
        Assert.Equal(0, (await VerifyAsync()).ExitCode);

        await using var other = await StartAppAsync(NewStorage(), App.Time);
        (_, text) = await RestoreAsync(other, "--all", "--yes", "--silent");
        Assert.Contains("4 restored, 0 not", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Increments_whose_full_run_has_expired_stand_in_nobodys_way_but_a_missing_one_does()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        await App.ActivateAsync("bob@example.com");
        await BackUpAsync();
        Directory.Delete(RunOf("full"), recursive: true);
        Assert.Contains("There is no full backup.", (await VerifyAsync()).Text, StringComparison.Ordinal);
        Assert.StartsWith("full-", (await BackUpAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await VerifyAsync()).ExitCode);

        await BackUpAsync();
        var missing = Directory.GetDirectories(folder).MaxBy(RunTime)!;
        await BackUpAsync();
        Directory.Delete(missing, recursive: true);
        Assert.Contains($"continues {Path.GetFileName(missing)}, which is missing", (await VerifyAsync()).Text, StringComparison.Ordinal);
    }

    [Fact, Holds("D12")]
    public async Task An_old_state_brings_back_no_password_no_role_and_no_access_that_were_taken_since()
    {
        await App.ActivateAsync(Ada);
        await App.ActivateAsync("bob@example.com");
        await App.SetRoleAsync("bob@example.com", "A");
        await BackUpAsync("--full");
        var access = (await App.LoginAsync(Ada)).Data.GetProperty("access").GetString();
        Assert.Equal(
            HttpStatusCode.OK,
            (await App.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, access)).Status);
        await App.SetRoleAsync("bob@example.com", "C");
        var bob = new TableEntity(await App.IdOfAsync("bob@example.com"), "account") { ["Disabled"] = true };
        await App.Table("Accounts").UpdateEntityAsync(bob, Azure.ETag.All, cancellationToken: Stop);
        await BackUpAsync();

        await using var other = await StartAppAsync(NewStorage(), App.Time);
        var (exitCode, text) = await RestoreAsync(other, "--all", "--yes", "--at", Path.GetFileName(RunOf("full")));
        Assert.True(exitCode == 0, text);
        Assert.Equal("invalid_credentials", (await other.LoginAsync(Ada)).Message);
        Assert.Equal("invalid_credentials", (await other.LoginAsync(Ada, "green tractor 78")).Message);
        Assert.Equal("disabled_account", (await other.LoginAsync("bob@example.com")).Message);
        Assert.Equal("C", (await other.AccountRowsAsync("bob@example.com")).Single(row => row.RowKey == "account").GetString("Role"));
        await other.PostAsync("code", new { username = Ada });
        var code = await other.NextCodeAsync(Ada, 2);
        Assert.Equal(
            HttpStatusCode.OK, (await other.PostAsync("forgot", new { username = Ada, code, new_password = "red tractor 79" })).Status);
    }

    [Fact]
    public async Task An_account_whose_address_somebody_else_has_by_now_stays_away()
    {
        await App.ActivateAsync(Ada);
        var id = await App.IdOfAsync(Ada);
        await BackUpAsync("--full");
        await DeleteAsync(Ada);
        await App.DrainAsync();
        await App.Client.DeleteAsync(new Uri("/emailMessages", UriKind.Relative), Stop);
        await App.ActivateAsync(Ada);
        var (exitCode, text) = await RestoreAsync("--account", id, "--deleted", "--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("another account has its address by now", text, StringComparison.Ordinal);
        Assert.NotEqual(id, await App.IdOfAsync(Ada));
    }

    [Fact]
    public async Task A_backup_without_its_manifest_does_not_exist()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        await App.ActivateAsync("bob@example.com");
        await BackUpAsync();
        File.Delete(Path.Combine(RunOf("incremental"), "manifest.json"));
        Assert.Equal((1, "No backup has this account.\n"), await RestoreAsync("--address", "bob@example.com", "--yes"));

        Assert.Equal(0, (await BackUpAsync()).ExitCode);
        Assert.Contains(
            "the account is there", (await RestoreAsync("--address", "bob@example.com", "--yes")).Text, StringComparison.Ordinal);
    }

    [Fact, Holds("D12")]
    public async Task A_restore_that_was_interrupted_is_finished_by_the_next_one()
    {
        await App.ActivateAsync(Ada);
        for (var changes = 0; changes < 3; changes++)
        {
            await App.LoginAsync(Ada);
        }

        await BackUpAsync("--full");
        var storage = NewStorage();
        await using var other = await StartAppAsync(storage, App.Time);
        await RestoreAsync(other, "--all", "--yes");

        // As if it had ended before the claim, and before most of the history.
        foreach (var row in (await other.AddressRowsAsync(Ada)).Concat(
            (await other.AccountRowsAsync(Ada)).Where(row => row.GetString("Kind") == "signed_in")))
        {
            var table = row.RowKey.StartsWith("event-", StringComparison.Ordinal) ? "Accounts" : "Addresses";
            await other.Table(table).DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Stop);
        }

        var (exitCode, text) = await RestoreAsync(other, "--address", Ada, "--yes");
        Assert.True(exitCode == 0, text);
        Assert.Equal(3, (await other.AccountRowsAsync(Ada)).Count(row => row.GetString("Kind") == "signed_in"));
        Assert.Equal(HttpStatusCode.OK, (await other.LoginAsync(Ada)).Status);
    }

    [Fact, Holds("D12")]
    public async Task A_file_that_was_changed_cut_or_exchanged_is_refused()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        await App.ActivateAsync("bob@example.com");
        await BackUpAsync("--full");
        Assert.Equal(0, (await VerifyAsync()).ExitCode);
        var run = Directory.GetDirectories(folder).Max(StringComparer.Ordinal)!;
        var file = Directory.GetFiles(run, "Accounts-*.rows").MaxBy(name => new FileInfo(name).Length)!;
        var whole = await File.ReadAllBytesAsync(file, Stop);
        byte[][] broken = [[.. whole[..40], (byte)(whole[40] ^ 1), .. whole[41..]], whole[..^1], [], [.. whole, 0]];
        foreach (var bytes in broken)
        {
            await File.WriteAllBytesAsync(file, bytes, Stop);
            Assert.Equal(1, (await VerifyAsync()).ExitCode);
            var (exitCode, text) = await RestoreAsync("--address", "bob@example.com", "--yes");
            Assert.Equal(1, exitCode);
            Assert.StartsWith("The backup cannot be used: ", text, StringComparison.Ordinal);
        }

        var older = Directory.GetDirectories(folder).Min(StringComparer.Ordinal)!;
        File.Copy(Path.Combine(older, Path.GetFileName(file)), file, overwrite: true);
        Assert.StartsWith(
            "The backup cannot be used: ", (await RestoreAsync("--address", "bob@example.com", "--yes")).Text, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(file, whole, Stop);
        var manifest = Path.Combine(run, "manifest.json");
        var text2 = await File.ReadAllTextAsync(manifest, Stop);
        await File.WriteAllTextAsync(manifest, text2.Replace("\"lines\": 1", "\"lines\": 2", StringComparison.Ordinal), Stop);
        Assert.Contains("its manifest was changed", (await VerifyAsync()).Text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, text2, Stop);
        Assert.Equal(0, (await VerifyAsync()).ExitCode);
    }

    [Fact, Holds("D12")]
    public async Task Only_a_key_of_the_settings_opens_a_backup_and_nothing_in_it_can_be_read_without()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        const string other = "YW5vdGhlciBrZXkgb2YgdGhlIGJhY2t1cHMgb2YgdGhlc2UgdGVzdHM=";
        Assert.Contains("no key of Backup__Key", (await VerifyAsync(("Backup:Key", other))).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await VerifyAsync(("Backup:Key", other), ("Backup:PreviousKeys", Key))).ExitCode);
        Assert.Contains("Backup__Key: is required", (await VerifyAsync(("Backup:Key", ""))).Text, StringComparison.Ordinal);
        Assert.Contains("Backup__Key: must be base64", (await VerifyAsync(("Backup:Key", "short"))).Text, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("ada@example.com", await File.ReadAllTextAsync(file, Stop), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_container_of_blobs_is_as_good_as_a_folder()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        var container = new BlobContainerClient(App.Storage, "backups");
        await container.CreateAsync(cancellationToken: Stop);
        var blobs = new BlobTarget(container);
        var run = Directory.GetDirectories(folder).Single();
        foreach (var file in Directory.GetFiles(run))
        {
            await blobs.PutAsync(Path.GetFileName(run), Path.GetFileName(file), file, Stop);
            await Assert.ThrowsAsync<Azure.RequestFailedException>(
                () => blobs.PutAsync(Path.GetFileName(run), Path.GetFileName(file), file, Stop));
        }

        Assert.Equal([Path.GetFileName(run)], await blobs.ListRunsAsync(Stop));
        await using var opened = await blobs.OpenAsync(Path.GetFileName(run), "manifest.json", Stop);
        Assert.Equal(
            JsonSerializer.Serialize(JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json")))),
            JsonSerializer.Serialize(await JsonDocument.ParseAsync(opened, cancellationToken: Stop)));
        await Assert.ThrowsAsync<BackupException>(() => blobs.OpenAsync(Path.GetFileName(run), "nothing", Stop));
    }

    [Fact]
    public void A_row_comes_back_with_every_type()
    {
        var row = new TableEntity("p", "r\"½")
        {
            ["Text"] = "a\tb\n\"½\u0001",
            ["Empty"] = "",
            ["Flag"] = true,
            ["Int"] = int.MinValue,
            ["Long"] = long.MaxValue,
            ["Double"] = 0.1 + 0.2,
            ["Time"] = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddTicks(1234567),
            ["Id"] = Guid.CreateVersion7(),
            ["Bytes"] = new byte[] { 0, 255, 10 },
            ["Nothing"] = null,
        };
        var read = RowLine.Read(RowLine.Write(row));
        Assert.Equal((row.PartitionKey, row.RowKey), (read.PartitionKey, read.RowKey));
        foreach (var (name, value) in row.Where(column => column.Value is not null && column.Key is not "odata.etag"))
        {
            Assert.Equal(value.GetType(), read[name].GetType());
            Assert.Equal(value, read[name]);
        }

        Assert.False(read.ContainsKey("Nothing"));
        Assert.Throws<BackupException>(() => RowLine.Read("[\"p\"]"));
        Assert.Throws<BackupException>(() => RowLine.Read("{}"));
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backup", "--to")]
    [InlineData("backup", "--full", "--incremental", "--to", "a")]
    [InlineData("verify")]
    [InlineData("restore", "--all")]
    [InlineData("restore", "--from", "a")]
    [InlineData("restore", "--from", "a", "--all", "--account", "b")]
    [InlineData("restore", "--from", "a", "--all", "--deleted")]
    [InlineData("restore", "--from", "a", "--all", "--at", "yesterday")]
    [InlineData("restore", "--from", "a", "--all", "--force")]
    public async Task A_command_that_makes_no_sense_shows_the_usage(string command, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var exitCode = command switch
        {
            "backup" => await New<BackupCommand>(App, output).RunAsync(args, Stop),
            "verify" => await New<VerifyCommand>(App, output).RunAsync(args, Stop),
            _ => await New<RestoreCommand>(App, output).RunAsync(args, Stop),
        };
        Assert.Equal((2, true), (exitCode, output.ToString().StartsWith(command, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_happens_before_the_operator_agrees_or_in_a_dry_run()
    {
        await App.ActivateAsync(Ada);
        await BackUpAsync("--full");
        await DeleteAsync(Ada);
        var (exitCode, text) = await RestoreAsync("--address", Ada, "--deleted");
        Assert.Equal(1, exitCode);
        Assert.EndsWith("Restore it? [y/N] ", text, StringComparison.Ordinal);
        (exitCode, text) = await RestoreAsync("--address", Ada, "--deleted", "--dry-run");
        Assert.Equal(0, exitCode);
        Assert.Contains("1 can be restored, 0 not", text, StringComparison.Ordinal);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Ada)).Message);
    }

    private static Task<TestApp> StartAppAsync(string storage, FakeTimeProvider? time = null) => Lifecycle.ImpatientApp.StartAsync(
        storage, time, services => services.AddSingleton<AccountRestorer>());

    private static async Task<int> DirectoryAsync(TestApp app) =>
        await ActivatorUtilities.CreateInstance<DirectoryCommand>(app.Services, TextWriter.Null).RunAsync(["check"], Stop);

    /// <summary>What a restore brings back, without what it changes on purpose.</summary>
    private static async Task<IEnumerable<string>> LinesAsync(TestApp app)
    {
        string[] changed =
        [
            "Version", "Commit", "PasswordChangedBy", "SweepDue", "Clients", "RedeemedNonce", "RepeatableUntil", "NoticeDue", "Notices",
        ];
        var rows = new List<TableEntity>();
        foreach (var table in (string[])["Accounts", "Addresses", "Directory"])
        {
            rows.AddRange((await app.RowsAsync(table)).Where(row => table is not "Accounts"
                || (Keeps(row.RowKey) && row.GetString("Kind") is not "restored_from_backup")));
        }

        return rows.Where(row => row.PartitionKey.Length is 32 || row.RowKey is "account").Select(row =>
        {
            foreach (var name in changed)
            {
                row.Remove(name);
            }

            // A column without a value is no column.
            foreach (var name in row.Where(column => IsUnset(column.Value)).Select(column => column.Key).ToList())
            {
                row.Remove(name);
            }

            return RowLine.Write(Sorted(row));
        }).Order(StringComparer.Ordinal);
    }

    private static string RunTime(string run) => run.Split('-')[^1];

    private static bool Keeps(string rowKey) =>
        rowKey is "account" or "factor-totp" || rowKey.Split('-')[0] is "event" or "identity" or "passkey";

    private static bool IsUnset(object? value) => value is null or "" or 0 or false or DateTimeOffset { Year: 1601 };

    private static TableEntity Sorted(TableEntity row) => new(row.OrderBy(column => column.Key, StringComparer.Ordinal).ToDictionary());

    private static T New<T>(TestApp app, TextWriter output, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Backup:Key", (string?)Key)])
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build();
        object[] given = [output, new BackupTargets(configuration), configuration];
        return ActivatorUtilities.CreateInstance<T>(
            app.Services, typeof(T) == typeof(RestoreCommand) ? [.. given, new StringReader("")] : given);
    }

    /// <summary>The only run of a kind.</summary>
    private string RunOf(string kind) => Directory.GetDirectories(folder, $"{kind}-*").Single();

    /// <summary>A run that ends after another one that began later, with an account that both see.</summary>
    private async Task BesideAsync(string[] args, string username)
    {
        await App.ActivateAsync(username);
        await BackUpAsync(args);
        var manifest = Path.Combine(Directory.GetDirectories(folder).MaxBy(RunTime)!, "manifest.json");
        File.Move(manifest, manifest + ".later");
        Assert.Equal(0, (await BackUpAsync()).ExitCode);
        File.Move(manifest + ".later", manifest);
    }

    private async Task DeleteAsync(string username)
    {
        var id = await App.IdOfAsync(username);
        using var output = new StringWriter();
        var admin = ActivatorUtilities.CreateInstance<AdminCommand>(
            App.Services, ActivatorUtilities.CreateInstance<TableAdministration>(App.Services), TextReader.Null, output);
        Assert.True(await admin.RunAsync(["delete", username, "--now", "--yes"], Stop) == 0, output.ToString());
        while ((await App.RowsAsync("Accounts")).Any(row => row.PartitionKey == id))
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(50, Stop);
        }
    }

    private async Task PasskeyAsync(string? access, string otp)
    {
        var (options, state) = await App.BeginAsync("passkeys/options", access, new { password = TestApp.Password, otp });
        Assert.Equal(
            HttpStatusCode.OK,
            (await App.PostAsync("passkeys", new { state, credential = new SoftAuthenticator().Create(options) }, access)).Status);
    }

    private async Task<(int ExitCode, string Text)> BackUpAsync(params string[] args)
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        using var output = new StringWriter { NewLine = "\n" };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Backup:Key", (string?)Key)]).Build();
        var backup = new BackupCommand(
            App.Services.GetRequiredService<TableServiceClient>(), configuration, new BackupTargets(configuration), clock, output);
        return (await backup.RunAsync([.. args, "--to", folder], Stop), output.ToString());
    }

    private async Task<(int ExitCode, string Text)> VerifyAsync(params (string Name, string Value)[] settings)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (await New<VerifyCommand>(App, output, settings).RunAsync([folder], Stop), output.ToString());
    }

    private Task<(int ExitCode, string Text)> RestoreAsync(params string[] args) => RestoreAsync(App, args);

    private async Task<(int ExitCode, string Text)> RestoreAsync(TestApp app, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (await New<RestoreCommand>(app, output).RunAsync(["--from", folder, .. args], Stop), output.ToString());
    }
}
