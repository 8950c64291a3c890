using System.Net;
using System.Text.Json;
using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Tests.Accounts;

public sealed class RegisterTests(AzuriteFixture azurite) : AppTests(azurite)
{
    [Theory, Holds("D3", "F6")]
    [InlineData(
        "register",
        """{"username":"ada@example.com","password1":"blue tractor 77\uFFFE","password2":"blue tractor 77\uFFFE"}""",
        "password1: invalid\npassword2: invalid")]
    [InlineData(
        "register",
        """{"username":"ada@example.com","password1":"blue tractor 77","password2":"blue tractor 77","first_name":"A\uFFFE"}""",
        "first_name: invalid")]
    [InlineData("login", """{"username":"ada@example.com","password":"blue tractor 77\uFFFE"}""", "password: invalid")]
    [InlineData(
        "forgot", """{"username":"ada@example.com","code":"123456","new_password":"blue tractor 77\uFFFE"}""", "new_password: invalid")]
    public async Task Text_that_has_no_normal_form_is_refused(string operation, string body, string message) =>
        Assert.Equal(message, (await App.PostAsync(operation, JsonSerializer.Deserialize<JsonElement>(body))).Message);

    [Fact, Holds("F5", "S1")]
    public async Task A_new_address_gets_201_and_its_code_by_mail()
    {
        var answer = await App.RegisterAsync(" Ada@Example.com ");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(
            """{"status":"success","code":201,"data":{"username":"ada@example.com","first_name":"Ada","last_name":"Lovelace","country_code":"GB"},"message":null}""", answer.Text);
        var mail = Assert.Single(await App.WaitForMailsAsync("Ada@example.com", 1));
        Assert.Matches(@"^\d{6} is your Example activation code$", mail.Subject);
        Assert.Contains(mail.Subject[..6], mail.PlainText);
        Assert.Contains(mail.Subject[..6], mail.Html);
        Assert.DoesNotContain("Lovelace", mail.Html);
    }

    [Fact, Holds("A1", "A4")]
    public async Task A_known_address_gets_the_same_answer_and_no_second_account()
    {
        await App.ActivateAsync("known@example.com");
        var accounts = (await App.RowsAsync("Accounts")).Count;

        var known = await App.RegisterAsync("known@example.com", "another tractor 77");
        var unknown = await App.RegisterAsync("other@example.com", "another tractor 77");

        Assert.Equal(unknown.Text, known.Text.Replace("known@", "other@", StringComparison.Ordinal));
        Assert.Equal(unknown.Headers.Keys.Order(), known.Headers.Keys.Order());
        var mails = await App.WaitForMailsAsync("known@example.com", 2);
        Assert.Equal("You already have an account with Example", mails[1].Subject);
        Assert.DoesNotMatch(@"\d{6}", mails[1].PlainText);
        Assert.Equal(accounts, (await App.RowsAsync("Accounts")).Count);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync("known@example.com")).Status);
        Assert.Equal("not_active", (await App.LoginAsync("known@example.com", "another tractor 77")).Message);
    }

    [Fact]
    public async Task All_fields_at_fault_are_reported_together()
    {
        var answer = await App.PostAsync("register", new
        {
            username = "no address",
            password1 = "short",
            first_name = (string?)null,
            country_code = "longer than ten",
            last_name = 7,
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            "username: invalid_email\npassword2: required\nfirst_name: null\nlast_name: invalid\n"
                + "country_code: too_long\npassword1: too_short",
            answer.Message);
        Assert.Equal("invalid_email", answer.Json.GetProperty("errors").GetProperty("username")[0].GetString());
        Assert.Equal(JsonValueKind.Null, answer.Data.ValueKind);
    }

    [Theory]
    [InlineData("""{"password1":"blue tractor 77","password2":"blue tractor 77"}""", "username: required")]
    [InlineData("""{"username":null,"password1":"blue tractor 77","password2":"blue tractor 77"}""", "username: null")]
    [InlineData("""{"username":"  ","password1":"blue tractor 77","password2":"blue tractor 77"}""", "username: blank")]
    [InlineData("""{"username":["a@example.com"],"password1":"blue tractor 77","password2":"blue tractor 77"}""", "username: invalid")]
    [InlineData("""{"username":"a@example.com","password1":"","password2":""}""", "password1: blank\npassword2: blank")]
    [InlineData("""{"username":"a@example.com","password1":"password1","password2":"password1"}""", "password1: too_common")]
    [InlineData(
        """{"username":"ada.lovelace@example.com","password1":"Ada.Lovelace","password2":"Ada.Lovelace"}""", "password1: too_similar")]
    [InlineData("""{"username":"a@example.com","password1":"blue tractor 77","password2":"blue tractor 78"}""", "password_dont_match")]
    [InlineData("""{"username":"a@example.com","password1":" blue tractor 77","password2":"blue tractor 77"}""", "password_dont_match")]
    [InlineData(
        """{"username":"a@example.com","password1":"blue tractor 77","password2":"blue tractor 77","first_name":"a\nb"}""",
        "first_name: invalid")]
    public async Task A_bad_request_is_refused_with_its_reason_and_writes_nothing(string body, string message)
    {
        var answer = await App.PostAsync("register", JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
        Assert.Empty(await App.RowsAsync("Addresses"));
        Assert.Equal(0, (await App.Queue("email-jobs").GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact, Holds("F1")]
    public async Task Read_only_members_are_ignored()
    {
        await App.PostAsync("register", new
        {
            username = "ada@example.com",
            password1 = TestApp.Password,
            password2 = TestApp.Password,
            role = "A",
            expiration_date = "2099-01-01T00:00:00Z",
            id = "1",
            disabled = true,
            version = 9,
            email = "other@example.com",
        });
        await App.PostAsync("activate", new { username = "ada@example.com", code = await App.NextCodeAsync("ada@example.com") });

        var user = (await App.LoginAsync("ada@example.com")).Data.GetProperty("user");
        Assert.Equal("C", user.GetProperty("role").GetString());
        Assert.Equal("2026-12-23T12:00:00Z", user.GetProperty("expiration_date").GetString());
    }

    [Fact, Holds("A3", "C4", "C6")]
    public async Task Mails_to_one_address_are_capped_alike_for_known_and_unknown_addresses()
    {
        await App.ActivateAsync("known@example.com");
        foreach (var address in new[] { "known@example.com", "unknown@example.com" })
        {
            Assert.Equal(HttpStatusCode.Created, (await App.RegisterAsync(address)).Status);
            var throttled = await App.RegisterAsync(address);
            Assert.Equal(
                (HttpStatusCode.TooManyRequests, "throttled", "60"),
                (throttled.Status, throttled.Message, throttled.Headers["Retry-After"]));
        }

        App.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("1", (await App.RegisterAsync("unknown@example.com")).Headers["Retry-After"]);
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Created, (await App.RegisterAsync("unknown@example.com")).Status);
    }

    [Fact]
    public async Task Sixty_four_registrations_at_once_leave_one_pending_and_one_account()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => App.RegisterAsync("race@example.com")));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.Created);
        Assert.Equal(63, answers.Count(answer => answer.Status is HttpStatusCode.TooManyRequests));
        await App.PostAsync("activate", new { username = "race@example.com", code = await App.NextCodeAsync("race@example.com") });
        Assert.Single(await App.RowsAsync("Accounts"), row => row.RowKey == "account");
        Assert.Single(await App.MailsAsync("race@example.com"));
    }

    [Fact, Holds("S12", "G1")]
    public async Task Sixty_four_registrations_at_once_without_a_cool_down_end_in_one_account()
    {
        await using var open = await TestApp.StartAsync(NewStorage(), new()
        {
            ["Throttle:ResendCooldown"] = "00:00:00",
            ["Throttle:MailsPerHour"] = "1000",
            ["Throttle:MailsPerDay"] = "10",
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => open.RegisterAsync("race@example.com")));

        Assert.Equal(10, answers.Count(answer => answer.Status is HttpStatusCode.Created));
        Assert.Equal(54, answers.Count(answer => answer.Status is HttpStatusCode.TooManyRequests));
        var mails = await open.WaitForMailsAsync("race@example.com", 10);
        var activations = await Task.WhenAll(
            mails.Select(mail => open.PostAsync("activate", new { username = "race@example.com", code = mail.Subject[..6] })));
        Assert.Single(activations, answer => answer.Status is HttpStatusCode.OK);
        Assert.Single(await open.RowsAsync("Addresses"), row => row.RowKey == "account");
        Assert.DoesNotContain(await open.RowsAsync("Addresses"), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
    }

    [Fact, Holds("B8", "I1")]
    public async Task No_code_and_no_password_is_in_a_table_a_message_or_the_log()
    {
        await App.RegisterAsync("secret@example.com");
        var code = await App.NextCodeAsync("secret@example.com");
        var job = (await App.Queue("email-jobs").PeekMessagesAsync()).Value;

        var stored = string.Join('\n', (await App.RowsAsync("Addresses")).Select(row => string.Join(' ', row)));
        Assert.Empty(job);
        Assert.DoesNotContain(code, stored);
        Assert.DoesNotContain(TestApp.Password, stored);
        Assert.DoesNotContain(code, App.Logs.Text);
        Assert.DoesNotContain(TestApp.Password, App.Logs.Text);
        Assert.DoesNotContain("secret@example.com", App.Logs.Text);
    }

    [Fact]
    public async Task A_disclosing_deployment_says_that_an_address_is_taken()
    {
        await using var telling = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:DiscloseAddresses"] = "true" });
        await telling.ActivateAsync("known@example.com");

        Assert.Equal(Problem.UsernameTaken.Code, (await telling.RegisterAsync("known@example.com")).Message);
    }
}
