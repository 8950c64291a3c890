using System.Net;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Email;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Accounts;

public sealed class ChangeEmailTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Old = "ada@example.com";
    private const string New = "Ada.King@example.org";
    private const string NewPassword = "green tractor 78";

    [Fact]
    public async Task An_account_moves_to_the_address_whose_code_its_owner_sends_and_the_sessions_go_on()
    {
        var login = await App.SignInAsync(Old);
        var access = Access(login);
        Assert.Equal("success", (await AskAsync(access)).Data.GetString());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Old)).Status);
        var code = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromSeconds(1));
        var moved = await ConfirmAsync(access, code);

        Assert.Equal("ada.king@example.org", moved.Data.GetProperty("username").GetString());
        Assert.Equal(moved.Headers["ETag"], (await App.GetAsync("details", access)).Headers["ETag"]);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(login)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(New)).Status);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Old)).Message);
        var notice = (await App.WaitForMailsAsync(Old, 2))[^1];
        Assert.Equal("The address of your Example account was changed", notice.Subject);
        Assert.EndsWith("This works until: 2026-11-26 12:01 UTC\n", notice.PlainText, StringComparison.Ordinal);
        Assert.Equal([Address(New)], (await App.WaitForMailsAsync(New, 1))[0].To.Select(Address));
    }

    [Fact, Holds("B2")]
    public async Task The_code_of_a_new_address_lives_as_long_as_one_for_a_reset()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var code = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("invalid_code", (await ConfirmAsync(access, code)).Message);
        await AskAsync(access);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(access, await App.NextCodeAsync(New, 2))).Status);
    }

    [Fact, Holds("B13")]
    public async Task A_confirmation_may_be_repeated_for_ten_minutes()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var code = await App.NextCodeAsync(New);
        await ConfirmAsync(access, code);
        App.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(access, code)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("invalid_code", (await ConfirmAsync(access, code)).Message);
        Assert.Single(await EventsAsync("email_changed"));
    }

    [Fact, Holds("D5")]
    public async Task Without_the_password_nothing_begins_and_a_wrong_one_counts_as_a_failed_sign_in()
    {
        var access = Access(await App.SignInAsync(Old));
        for (var failures = 0; failures < 5; failures++)
        {
            Assert.Equal("invalid_password", (await AskAsync(access, password: "a wrong password")).Message);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(access)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Old)).Status);
        Assert.Empty(await App.MailsAsync(New));
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused() =>
        Assert.Equal("username: invalid_email", (await AskAsync(Access(await App.SignInAsync(Old)), "ada@")).Message);

    [Fact, Holds("A7")]
    public async Task A_taken_address_gets_the_same_answer_and_the_same_rows_and_its_owner_a_notice()
    {
        var access = Access(await App.SignInAsync(Old));
        await App.SignInAsync("bob@example.com");
        App.Time.Advance(TimeSpan.FromMinutes(2));
        var taken = await AskAsync(access, "bob@example.com");
        var rows = await ShapeAsync();
        var free = await AskAsync(access, New);

        Assert.Equal(taken.Text, free.Text);
        Assert.Equal(rows, await ShapeAsync());
        Assert.Equal("Someone tried to use your Example address", (await App.WaitForMailsAsync("bob@example.com", 2))[^1].Subject);
        await App.NextCodeAsync(New);
    }

    [Fact, Holds("A7")]
    public async Task The_right_code_for_an_address_that_was_taken_meanwhile_is_a_wrong_one()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var code = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.RegisterAsync(New);
        var activation = await App.NextCodeAsync(New, 2);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = New, code = activation })).Status);

        Assert.Equal("invalid_code", (await ConfirmAsync(access, code)).Message);
        Assert.Equal(Old, (await App.GetAsync("details", access)).Data.GetProperty("username").GetString());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(New)).Status);
    }

    [Fact, Holds("B4")]
    public async Task A_code_takes_five_tries_however_many_come_at_once()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var code = await App.NextCodeAsync(New);
        var wrong = code == "000000" ? "111111" : "000000";
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ConfirmAsync(access, wrong)));

        Assert.Equal("invalid_code", (await ConfirmAsync(access, code)).Message);
    }

    [Fact, Holds("B6")]
    public async Task Codes_of_other_purposes_do_not_fit()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var change = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Old });
        var reset = await App.NextCodeAsync(Old, 2);

        Assert.Equal("invalid_code", (await ConfirmAsync(access, reset)).Message);
        Assert.Equal("invalid_code", (await ForgotAsync(Old, change)).Message);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(access, change)).Status);
    }

    [Theory, Holds("B7")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_password_voids_the_code(bool byReset)
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var change = await App.NextCodeAsync(New);
        if (byReset)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.PostAsync("code", new { username = Old });
            await ForgotAsync(Old, await App.NextCodeAsync(Old, 2));
        }
        else
        {
            await App.PostAsync("password", new { password = TestApp.Password, new_password = NewPassword }, access);
        }

        Assert.Equal("invalid_code", (await ConfirmAsync(Access((await App.LoginAsync(Old, NewPassword)).Data), change)).Message);
    }

    [Fact, Holds("C4")]
    public async Task The_mail_caps_of_the_new_address_hold()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        await App.NextCodeAsync(New);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(access)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, "third@example.org")).Status);
    }

    [Fact]
    public async Task A_person_gets_the_account_back_from_a_thief_who_moved_it_and_asked_for_its_deletion()
    {
        var thief = Access(await App.SignInAsync(Old));
        await AskAsync(thief, "thief@example.net");
        await ConfirmAsync(thief, await App.NextCodeAsync("thief@example.net"));
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("delete", new { password = TestApp.Password }, thief)).Status);
        Assert.Contains(
            await App.WaitForMailsAsync(Old, 3), mail => mail.Subject.Contains("will be deleted", StringComparison.Ordinal));
        App.Time.Advance(TimeSpan.FromHours(71));
        await App.PostAsync("code", new { username = Old });
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, await App.NextCodeAsync(Old, 4))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await App.GetAsync("details", thief)).Status);
        Assert.Equal("invalid_credentials", (await App.LoginAsync("thief@example.net", NewPassword)).Message);
        Assert.Equal(Old, (await App.LoginAsync(Old, NewPassword)).Data.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal(
            ["activated", "deletion_requested", "email_changed", "email_restored", "password_reset", "restored", "signed_in", "signed_in"],
            (await EventsAsync()).Order(StringComparer.Ordinal));
    }

    [Theory, Holds("E13")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_thief_adds_after_the_move_goes_with_it_and_what_the_owner_had_before_stays(bool isOfOwner)
    {
        var login = await App.SignInAsync(Old);
        var authenticator = isOfOwner ? await App.EnrolAsync(login) : null;
        App.Time.Advance(TimeSpan.FromMinutes(1));
        var change = new { password = TestApp.Password, username = New, otp = authenticator?.Code };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("email", change, Access(login))).Status);
        await ConfirmAsync(Access(login), await App.NextCodeAsync(New));
        var passkeys = new SoftAuthenticator();
        if (!isOfOwner)
        {
            Assert.Equal(HttpStatusCode.OK, (await App.AddPasskeyAsync(Access(login), passkeys)).Status);
            Assert.Equal(HttpStatusCode.OK, (await App.LoginWithPasskeyAsync(passkeys)).Status);
            await App.EnrolAsync(login);
            Assert.Equal("otp_required", (await App.LoginAsync(New)).Message);
        }

        await ForgotAsync(Old, await App.TakeBackCodeAsync(Old, isOfOwner ? 3 : 2));

        Assert.Equal(isOfOwner ? "otp_required" : null, (await App.LoginAsync(Old, NewPassword)).Message);
        Assert.Equal(isOfOwner ? [] : ["totp_removed"], await EventsAsync("totp_removed"));
        if (!isOfOwner)
        {
            Assert.Equal("invalid_credential", (await App.LoginWithPasskeyAsync(passkeys)).Message);
        }
    }

    [Theory, Holds("E13")]
    [InlineData(1, "invalid_credential")]
    [InlineData(73, null)]
    public async Task A_passkey_of_the_days_before_the_move_goes_with_it(int hours, string? message)
    {
        var login = await App.SignInAsync(Old);
        var passkeys = new SoftAuthenticator();
        Assert.Equal(HttpStatusCode.OK, (await App.AddPasskeyAsync(Access(login), passkeys)).Status);
        await App.WaitForMailsAsync(Old, 2);
        App.Time.Advance(TimeSpan.FromHours(hours));
        await MoveAsync(Access((await App.LoginAsync(Old)).Data), New);
        await ForgotAsync(Old, await App.TakeBackCodeAsync(Old, 3));

        Assert.Equal(message, (await App.LoginWithPasskeyAsync(passkeys)).Message);
    }

    [Fact]
    public async Task After_72_hours_the_old_address_is_free_and_brings_nothing_back()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        await App.WaitForMailsAsync(Old, 2);
        App.Time.Advance(TimeSpan.FromHours(72));
        await ReleaseAsync(Old);
        Assert.Equal(["ada.king@example.org"], await ClaimsAsync());
        await App.PostAsync("code", new { username = Old });
        await App.DrainAsync();
        Assert.Equal(2, (await App.MailsAsync(Old)).Count);

        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.RegisterAsync(Old);
        var code = await App.NextCodeAsync(Old, 3);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = Old, code })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(New)).Status);
    }

    [Fact, Holds("A7")]
    public async Task The_recovery_address_answers_like_any_other()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        var unknown = await App.RegisterAsync("nobody@example.com");
        var recovery = await App.RegisterAsync(Old);

        Assert.Equal(unknown.Status, recovery.Status);
        Assert.Equal((await App.LoginAsync("else@example.com")).Text, (await App.LoginAsync(Old, "no password 77")).Text);
        Assert.Equal("You already have an account at Example", (await App.WaitForMailsAsync(Old, 3))[^1].Subject);
    }

    [Fact, Holds("E13")]
    public async Task Strangers_who_burn_every_code_do_not_keep_the_owner_from_taking_the_account_back()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var code = await TakeBackCodeAsync();
        for (var guesses = 0; guesses < 20; guesses++)
        {
            await ForgotAsync(Old, "000000");
            await ForgotAsync(Old, new string('0', 26));
        }

        App.Time.Advance(TimeSpan.FromHours(71));
        var typed = code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal).Replace('1', 'l').Replace('0', 'o');
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, typed)).Status);

        Assert.Equal(Old, (await App.LoginAsync(Old, NewPassword)).Data.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("invalid_credentials", (await App.LoginAsync(New, NewPassword)).Message);
    }

    [Fact, Holds("E13", "B13")]
    public async Task The_take_back_code_works_once_and_the_same_call_may_be_repeated_for_ten_minutes()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var code = await TakeBackCodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ForgotAsync(Old, code)));

        Assert.Contains(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, code)).Status);
        Assert.Single(await EventsAsync("email_restored"));
        Assert.Single(await EventsAsync("password_reset"));
        var other = new { username = Old, code, new_password = "another tractor 79" };
        Assert.Equal("invalid_code", (await App.PostAsync("forgot", other)).Message);

        // It is no way to guess at the new password.
        Assert.Equal("invalid_code", (await ForgotAsync(Old, code)).Message);
    }

    [Fact, Holds("B13")]
    public async Task The_time_to_repeat_a_take_back_ends_after_ten_minutes_and_no_later_reset_brings_it_back()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var code = await TakeBackCodeAsync();
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, code)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("invalid_code", (await ForgotAsync(Old, code)).Message);

        await App.DrainAsync();
        var mails = (await App.MailsAsync(Old)).Count;
        await App.PostAsync("code", new { username = Old });
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, await App.NextCodeAsync(Old, mails + 1))).Status);
        Assert.Equal("invalid_code", (await ForgotAsync(Old, code)).Message);
    }

    [Fact, Holds("E13")]
    public async Task The_take_back_code_dies_with_the_72_hours_and_fits_no_other_address()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var code = await TakeBackCodeAsync();

        Assert.Equal("invalid_code", (await ForgotAsync(New, code)).Message);
        Assert.Equal("invalid_code", (await ForgotAsync("nobody@example.com", code)).Message);
        App.Time.Advance(TimeSpan.FromHours(72));
        Assert.Equal("invalid_code", (await ForgotAsync(Old, code)).Message);
    }

    [Fact, Holds("E13")]
    public async Task The_take_back_code_dies_when_the_account_moves_back()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var code = await TakeBackCodeAsync();
        App.Time.Advance(TimeSpan.FromMinutes(2));
        var access = Access((await App.LoginAsync(New)).Data);
        await AskAsync(access, Old);
        await ConfirmAsync(access, await App.NextCodeAsync(Old, 3));

        Assert.Equal("invalid_code", (await ForgotAsync(Old, code)).Message);
    }

    [Fact, Holds("E13")]
    public async Task A_move_that_is_finished_after_a_deletion_can_be_taken_back_for_72_hours()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:DeletionGrace"] = "01:00:00" });
        var access = Access(await app.SignInAsync(Old));
        var id = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("delete", new { password = TestApp.Password }, access)).Status);
        await app.Table("Accounts").AddEntityAsync(Redeemed(id, New).Columns);
        await app.Services.GetRequiredService<AddressMoves>().HandleAsync(new AddressMove(id, app.Time.GetUtcNow()), default);

        var moved = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account");
        Assert.Equal(Address(New), moved.GetString("Username"));
        Assert.Equal(moved.GetDateTimeOffset("RecoveryUntil"), moved.GetDateTimeOffset("DeletesAt"));
        var pending = await app.RowsAsync("Deletions");
        app.Time.Advance(TimeSpan.FromHours(71));
        var code = app.Services.GetRequiredService<VerificationCodes>()
            .DeriveTakeBack(EmailAddress.KeyOf(Old), moved.GetString("RecoveryNonce"));
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("forgot", new { username = Old, code, new_password = NewPassword })).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(Old, NewPassword)).Status);
        Assert.Equal(2, pending.Count);
    }

    [Fact, Holds("C9")]
    public async Task A_change_whose_code_is_void_before_its_mail_charges_nothing()
    {
        await App.SignInAsync(Old);
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var change = Redeemed(id, New);
        (change.IsRedeemed, change.TriesLeft) = (false, 0);
        await App.Table("Accounts").AddEntityAsync(change.Columns);
        var job = new EmailJob(MailKind.EmailChange, change.AddressKey, id, change.Issued);

        Assert.IsType<EmailDecision.Drop>(await App.Services.GetRequiredService<EmailComposer>().ComposeAsync(job, default));
        Assert.DoesNotContain(await App.RowsAsync("Addresses"), row => row.PartitionKey == change.AddressKey);
    }

    [Fact, Holds("E13", "B8")]
    public async Task The_take_back_code_is_in_one_mail_and_nowhere_else()
    {
        var access = Access(await App.SignInAsync(Old));
        await MoveAsync(access, New);
        var code = await TakeBackCodeAsync();
        var rows = string.Join('\n', (await App.RowsAsync("Accounts")).Concat(await App.RowsAsync("Addresses"))
            .SelectMany(row => row.Select(column => $"{column.Value}")));
        foreach (var form in new[] { code, code.Replace("-", "", StringComparison.Ordinal) })
        {
            Assert.DoesNotContain(form, rows, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(form, App.Logs.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(form, (await App.GetAsync("export", access)).Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(form, (await App.GetAsync("events", access)).Text, StringComparison.OrdinalIgnoreCase);
        }

        var nonce = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").GetString("RecoveryNonce");
        Assert.DoesNotContain(nonce, (await App.GetAsync("export", access)).Text, StringComparison.Ordinal);
    }

    [Fact, Holds("C9")]
    public async Task An_address_is_charged_only_for_what_reaches_it()
    {
        await App.ActivateAsync("owner@example.com");
        var thief = Access(await App.SignInAsync(Old));
        for (var round = 0; round < 4; round++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.PostAsync("code", new { username = $"nobody{round}@example.com" });
        }

        // Each request replaces the one before, mostly before its mail is written.
        await AskAsync(thief, "owner@example.com");
        await AskAsync(thief, "junk@example.com");
        await AskAsync(thief, "owner@example.com");
        await AskAsync(thief, "junk@example.org");
        await App.DrainAsync();
        var reached = (await App.MailsAsync("owner@example.com")).Count;
        App.Time.Advance(TimeSpan.FromMinutes(1));
        for (var codes = reached; codes < 5; codes++)
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("code", new { username = "owner@example.com" })).Status);
            App.Time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact, Holds("C10")]
    public async Task An_account_asks_for_five_changes_a_day()
    {
        var access = Access(await App.SignInAsync(Old));
        for (var changes = 0; changes < 5; changes++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, $"new{changes}@example.com")).Status);
        }

        var refused = await AskAsync(access, "new5@example.com");
        Assert.Equal((HttpStatusCode.TooManyRequests, "86400"), (refused.Status, refused.Headers["Retry-After"]));
        App.Time.Advance(TimeSpan.FromDays(1));
        access = Access((await App.LoginAsync(Old)).Data);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, "new5@example.com")).Status);
    }

    [Fact]
    public async Task Another_spelling_of_the_same_address_is_taken_at_once()
    {
        var access = Access(await App.SignInAsync("Ada@example.com"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, Old)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Old });

        Assert.Equal([Old], (await App.WaitForMailsAsync(Old, 2))[1].To);
        var tag = (await App.GetAsync("details", access)).Headers["ETag"];
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, Old)).Status);
        Assert.Equal(tag, (await App.GetAsync("details", access)).Headers["ETag"]);
    }

    [Fact]
    public async Task A_second_request_does_not_keep_the_notice_of_a_change_from_the_old_address()
    {
        var access = Access(await App.SignInAsync(Old));
        await AskAsync(access);
        var code = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromSeconds(1));
        await ConfirmAsync(access, code);
        await AskAsync(access, "third@example.com");

        Assert.Equal("The address of your Example account was changed", (await App.WaitForMailsAsync(Old, 2))[^1].Subject);
    }

    [Fact]
    public async Task The_address_that_a_recovery_gives_up_gets_a_notice()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await App.PostAsync("code", new { username = Old });
        await ForgotAsync(Old, await App.NextCodeAsync(Old, 3));

        Assert.Contains("no longer belongs", (await App.WaitForMailsAsync(New, 2))[^1].PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_whose_release_was_lost_is_released_when_somebody_registers()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        await App.DrainAsync();
        await App.Queue(QueueNames.HousekeepingJobs).ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromDays(4));
        await App.RegisterAsync(Old);
        await App.WaitForLogAsync("postponed: the address is about to be free");
        var jobs = await App.Queue(QueueNames.HousekeepingJobs).GetPropertiesAsync();

        // The sweep of the registration, and the release.
        Assert.Equal(2, jobs.Value.ApproximateMessagesCount);
    }

    [Fact, Holds("E13")]
    public async Task While_an_address_is_reserved_the_account_moves_only_back_to_it()
    {
        var access = Access(await App.SignInAsync(Old));
        await MoveAsync(access, "second@example.com");
        App.Time.Advance(TimeSpan.FromHours(10));
        access = Access((await App.LoginAsync("second@example.com")).Data);
        var refused = await AskAsync(access, "third@example.com");

        Assert.Equal((HttpStatusCode.TooManyRequests, "throttled"), (refused.Status, refused.Message));
        Assert.Equal($"{TimeSpan.FromHours(62).TotalSeconds}", refused.Headers["Retry-After"]);
        await App.DrainAsync();
        Assert.Empty(await App.MailsAsync("third@example.com"));
        await App.PostAsync("code", new { username = Old });
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, await App.NextCodeAsync(Old, 3))).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Old, NewPassword)).Status);
    }

    [Fact, Holds("E13")]
    public async Task A_code_that_was_mailed_before_an_address_was_reserved_moves_nothing_on()
    {
        // A plan that was redeemed before could only come from a table that was edited by hand; the commit looks all the same.
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        await App.Table("Accounts").UpsertEntityAsync(Redeemed(id, "third@example.com").Columns, Azure.Data.Tables.TableUpdateMode.Replace);
        var moved = await App.Services.GetRequiredService<AddressMoves>().FinishAsync(id, null, default);

        Assert.Equal(Problem.InvalidCode, moved.Problem);
        Assert.Equal(["ada.king@example.org", Old], (await ClaimsAsync()).Order(StringComparer.Ordinal));
    }

    [Fact, Holds("E13")]
    public async Task The_reservation_ends_with_its_last_second()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        App.Time.Advance(TimeSpan.FromHours(72) - TimeSpan.FromSeconds(1));
        var access = Access((await App.LoginAsync(New)).Data);
        Assert.Equal("1", (await AskAsync(access, "third@example.com")).Headers["Retry-After"]);
        App.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(access, "third@example.com")).Status);
    }

    [Fact]
    public async Task An_account_may_move_back_to_its_recovery_address()
    {
        await MoveAsync(Access(await App.SignInAsync(Old)), New);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        var access = Access((await App.LoginAsync(New)).Data);
        await AskAsync(access, Old);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(access, await App.NextCodeAsync(Old, 3))).Status);
        await ReleaseAsync(New);

        Assert.Equal([Old], await ClaimsAsync());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Old)).Status);
    }

    [Fact]
    public async Task Registrations_that_wait_at_the_new_address_are_void()
    {
        var access = Access(await App.SignInAsync(Old));
        await App.RegisterAsync(New, "red tractor 79");
        var activation = await App.NextCodeAsync(New);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(access);
        await ConfirmAsync(access, await App.NextCodeAsync(New, 2));

        Assert.Equal("invalid_code", (await App.PostAsync("activate", new { username = New, code = activation })).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(New, "red tractor 79")).Message);
    }

    [Theory, Holds("B3")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_64_changes_to_one_address_at_once_one_wins(int instances)
    {
        await using var other = await TestApp.StartAsync(App.Storage, time: App.Time);
        var ids = new List<string>();
        for (var number = 0; number < 64; number++)
        {
            ids.Add(await InsertRedeemedAsync($"user{number}@example.com"));
        }

        var moved = await Task.WhenAll(ids.Select((id, number) =>
            (number % instances == 0 ? App : other).Services.GetRequiredService<AddressMoves>().FinishAsync(id, null, default)));

        Assert.Single(moved, account => account.Reply?.Username == Address(New));
        Assert.Equal(63, moved.Count(account => account.Problem == Problem.InvalidCode));
        Assert.Single(await App.RowsAsync("Accounts"), row => row.RowKey == "account" && row.GetString("Username") == Address(New));
        Assert.Single(await ClaimsAsync());
    }

    [Fact]
    public async Task A_change_and_a_registration_of_one_address_at_once_never_make_two_claims()
    {
        for (var round = 0; round < 10; round++)
        {
            var wanted = $"wanted{round}@example.com";
            await App.RegisterAsync(wanted);
            var code = await App.NextCodeAsync(wanted);
            var id = await InsertRedeemedAsync($"user{round}@example.com", wanted);
            var finish = App.Services.GetRequiredService<AddressMoves>().FinishAsync(id, null, default);
            var activate = App.PostAsync("activate", new { username = wanted, code });
            var (moved, activated) = (!(await finish).IsRefused, (await activate).Status is HttpStatusCode.OK);

            Assert.True(moved != activated);
            var owners = (await App.RowsAsync("Accounts")).Where(row => row.RowKey == "account" && row.GetString("Username") == wanted);
            var claim = (await App.RowsAsync("Addresses")).Single(
                row => row.RowKey == "account" && row.PartitionKey == EmailAddress.KeyOf(wanted));
            Assert.Equal([claim.GetString("AccountId")], owners.Select(owner => owner.PartitionKey));
        }
    }

    [Fact]
    public async Task A_move_that_died_after_any_step_is_finished_by_its_job()
    {
        var id = await InsertRedeemedAsync(Old);
        var job = new AddressMove(id, App.Time.GetUtcNow());
        var mover = App.Services.GetRequiredService<AddressMoves>();

        // The process died after the claim.
        var table = App.Table("Addresses");
        await table.AddEntityAsync(new Azure.Data.Tables.TableEntity(EmailAddress.KeyOf(Address(New)), "account") { ["AccountId"] = id });
        await mover.HandleAsync(job, default);
        await mover.HandleAsync(job, default);
        Assert.Single(await App.WaitForMailsAsync(Old, 1));

        Assert.Equal(Address(New), (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").GetString("Username"));
        Assert.Single(await EventsAsync("email_changed"));
        App.Time.Advance(TimeSpan.FromHours(26));
        await mover.HandleAsync(job, default);
        Assert.DoesNotContain(await App.RowsAsync("Accounts"), row => row.RowKey == "code-email");
    }

    [Fact]
    public async Task A_move_that_somebody_has_cancelled_is_no_success()
    {
        await App.ActivateAsync(Old);
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var moves = App.Services.GetRequiredService<AddressMoves>();

        Assert.Equal(Problem.InvalidCode, (await moves.FinishAsync(id, EmailAddress.KeyOf(Address(New)), default)).Problem);
        Assert.False((await moves.FinishAsync(id, EmailAddress.KeyOf(Old), default)).IsRefused);
    }

    [Fact]
    public async Task A_reset_that_cancels_a_move_half_way_frees_the_address()
    {
        await App.ActivateAsync(Old);
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        await App.PostAsync("code", new { username = Old });
        var code = await App.NextCodeAsync(Old, 2);
        await App.Table("Accounts").AddEntityAsync(Redeemed(id, New).Columns);
        await App.Table("Addresses").AddEntityAsync(
            new Azure.Data.Tables.TableEntity(EmailAddress.KeyOf(Address(New)), "account") { ["AccountId"] = id });
        Assert.Equal(HttpStatusCode.OK, (await ForgotAsync(Old, code)).Status);
        await ReleaseAsync(New);

        Assert.Equal([Old], await ClaimsAsync());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Old, NewPassword)).Status);
    }

    /// <summary>An account whose change of address is redeemed and not begun.</summary>
    private async Task<string> InsertRedeemedAsync(string username, string wanted = New)
    {
        var (id, now) = (Ids.New(App.Time.GetUtcNow()), App.Time.GetUtcNow());
        var account = new AccountEntity(id)
        {
            Username = username,
            Mailbox = username,
            Role = "C",
            Disabled = false,
            ExpirationDate = AccountEntity.Never,
            Version = 1,
            PasswordChanged = now,
            FirstName = "",
            LastName = "",
            Created = now,
        };
        await App.Table("Accounts").AddEntityAsync(account.Columns);
        await App.Table("Accounts").AddEntityAsync(Redeemed(id, wanted).Columns);
        return id;
    }

    private EmailChangeEntity Redeemed(string id, string wanted) => new(id)
    {
        Username = Address(wanted),
        Mailbox = wanted,
        Nonce = Ids.New(App.Time.GetUtcNow()),
        TriesLeft = 5,
        Issued = App.Time.GetUtcNow(),
        Expires = App.Time.GetUtcNow().AddMinutes(10),
        IsRedeemed = true,
        Redeemed = App.Time.GetUtcNow(),
    };

    private static string Address(string text) => text.ToLowerInvariant();

    private static string Access(System.Text.Json.JsonElement login) => login.GetProperty("access").GetString()!;

    private Task<Answer> RefreshAsync(System.Text.Json.JsonElement login) =>
        App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() });

    private Task<Answer> AskAsync(string access, string username = New, string password = TestApp.Password) =>
        App.PostAsync("email", new { password, username }, access);

    private Task<Answer> ConfirmAsync(string access, string code) => App.PostAsync("email/confirm", new { code }, access);

    private Task<string> TakeBackCodeAsync() => App.TakeBackCodeAsync(Old);

    private Task<Answer> ForgotAsync(string username, string code) =>
        App.PostAsync("forgot", new { username, code, new_password = NewPassword });

    private async Task MoveAsync(string access, string to)
    {
        await AskAsync(access, to);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(access, await App.NextCodeAsync(to))).Status);

        // The notice, before a code that the test asks for.
        await App.DrainAsync();
    }

    // Its job waits in the queue until a time that only the test's clock has reached.
    private async Task ReleaseAsync(string address)
    {
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var key = EmailAddress.KeyOf(Address(address));
        await App.Services.GetRequiredService<AddressReleases>().HandleAsync(new AddressRelease(id, key, App.Time.GetUtcNow()), default);
    }

    private async Task<IEnumerable<string>> ClaimsAsync()
    {
        var claimed = (await App.RowsAsync("Addresses")).Where(row => row.RowKey == "account").Select(row => row.PartitionKey).ToList();
        return new[] { Old, Address(New), "second@example.com", "third@example.com" }
            .Where(address => claimed.Contains(EmailAddress.KeyOf(Address(address))));
    }

    private async Task<IEnumerable<string?>> EventsAsync(string? kind = null) => (await App.RowsAsync("Accounts"))
        .Where(row => row.RowKey.StartsWith("event-", StringComparison.Ordinal))
        .Select(row => row.GetString("Kind"))
        .Where(word => kind is null || word == kind);

    private async Task<IEnumerable<string>> ShapeAsync() => (await App.RowsAsync("Accounts"))
        .Where(row => row.RowKey is "code-email")
        .Select(row => string.Join(' ', row.Keys.Order(StringComparer.Ordinal)));
}
