using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class UpdateDetailsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string token = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync()
    {
        token = (await App.SignInAsync(Address)).GetProperty("access").GetString()!;
    }

    [Fact, OwnApp]
    public async Task Sent_members_change_null_members_are_cleared_and_the_rest_stays()
    {
        await UpdateAsync("""{"job":"Analyst","bio":"Line one\nline two","hobbies":"Looms"}""");
        var answer = await UpdateAsync("""{"job":null,"first_name":"Augusta"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            $$"""{"first_name":"Augusta","last_name":"Lovelace","username":"{{Address}}","country_code":"GB","expiration_date":"2026-12-23T12:00:00Z","hobbies":"Looms","job":null,"bio":"Line one\nline two","role":"C","language":null}""",
            answer.Data.GetRawText());
        Assert.Equal(answer.Data.GetRawText(), (await App.GetAsync("details", token)).Data.GetRawText());
    }

    [Theory]
    [InlineData("de", "de")]
    [InlineData("pt_BR", "pt")]
    [InlineData("zh-CN", "zh-Hans")]
    public async Task The_owner_chooses_the_language_of_mails_and_no_sign_in_changes_it(string sent, string language)
    {
        var answer = await UpdateAsync($$"""{"language":"{{sent}}"}""");
        await LoginInAsync("fr");

        Assert.Equal(language, answer.Data.GetProperty("language").GetString());
        Assert.Equal(language, (await App.GetAsync("details", token)).Data.GetProperty("language").GetString());
    }

    [Fact]
    public async Task Without_a_choice_the_language_is_that_of_the_last_sign_in()
    {
        await UpdateAsync("""{"language":"de"}""");
        await UpdateAsync("""{"language":null}""");
        var first = await LoginInAsync("fr_CA, en;q=0.5");
        await LoginInAsync("nl");

        Assert.Equal("fr", first.GetProperty("user").GetProperty("language").GetString());
        Assert.Equal("fr", (await App.GetAsync("details", token)).Data.GetProperty("language").GetString());
    }

    [Fact, Holds("F1")]
    public async Task Read_only_and_unknown_members_are_ignored()
    {
        var before = (await App.GetAsync("details", token)).Data.GetRawText();
        var answer = await UpdateAsync("""{"username":"eve@example.com","role":"A","expiration_date":"2099-01-01T00:00:00Z","id":"1","version":7,"password_hash":"x","disabled":true}""");

        Assert.Equal((HttpStatusCode.OK, before), (answer.Status, answer.Data.GetRawText()));
    }

    [Theory]
    [InlineData("""{"first_name":null,"last_name":null}""", "first_name: null\nlast_name: null")]
    [InlineData("""{"country_code":"12345678901"}""", "country_code: too_long")]
    [InlineData("""{"job":7,"hobbies":[],"bio":{}}""", "hobbies: invalid\njob: invalid\nbio: invalid")]
    [InlineData("""{"job":"a\tb"}""", "job: invalid")]
    [InlineData("""{"language":"klingon"}""", "language: invalid")]
    [InlineData("""{"language":""}""", "language: invalid")]
    [InlineData("""{"language":7}""", "language: invalid")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message) =>
        Assert.Equal(message, (await UpdateAsync(body)).Message);

    [Theory]
    [InlineData("first_name", 150)]
    [InlineData("last_name", 150)]
    [InlineData("country_code", 10)]
    [InlineData("hobbies", 255)]
    [InlineData("job", 100)]
    [InlineData("bio", 4000)]
    public async Task Limits_count_code_points(string field, int limit)
    {
        string Body(int length) =>
            JsonSerializer.Serialize(new Dictionary<string, string> { [field] = string.Concat(Enumerable.Repeat("🎈", length)) });

        Assert.Equal(HttpStatusCode.OK, (await UpdateAsync(Body(limit))).Status);
        Assert.Equal($"{field}: too_long", (await UpdateAsync(Body(limit + 1))).Message);
    }

    [Fact, Holds("F12")]
    public async Task A_change_that_is_sent_again_because_its_answer_was_lost_is_a_success()
    {
        var seen = (await App.GetAsync("details", token)).Headers["ETag"];
        var first = await UpdateAsync("""{"job":"Analyst","hobbies":null}""", seen);
        var again = await UpdateAsync("""{"job":"Analyst","hobbies":null}""", seen);

        Assert.Equal((HttpStatusCode.OK, first.Text, first.Headers["ETag"]), (again.Status, again.Text, again.Headers["ETag"]));
    }

    [Fact, Holds("F12")]
    public async Task A_sign_in_does_not_make_what_the_owner_read_stale()
    {
        var seen = (await App.GetAsync("details", token)).Headers["ETag"];
        await App.PostAsync("email", new { password = TestApp.Password, username = NewAddress() }, token);

        Assert.Equal(HttpStatusCode.OK, (await UpdateAsync("""{"job":"Analyst"}""", seen)).Status);
    }

    [Fact, Holds("F12")]
    public async Task If_match_changes_only_the_state_that_the_caller_read()
    {
        var seen = (await App.GetAsync("details", token)).Headers["ETag"];
        var first = await UpdateAsync("""{"job":"Analyst"}""", seen);
        var second = await UpdateAsync("""{"job":"Engineer"}""", seen);
        var third = await UpdateAsync("""{"job":"Engineer"}""", $"\"other\", {first.Headers["ETag"]}");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.OK), (first.Status, second.Status, third.Status));
        Assert.Equal("stale", second.Message);
        Assert.Equal((await App.GetAsync("details", token)).Headers["ETag"], third.Headers["ETag"]);
        Assert.Equal(HttpStatusCode.OK, (await UpdateAsync("""{"job":"Engineer"}""", "*")).Status);
    }

    [Fact, Holds("F12")]
    public async Task Different_fields_changed_at_once_lose_nothing()
    {
        string[] fields = ["first_name", "last_name", "country_code", "hobbies", "job", "bio"];
        var answers = await Task.WhenAll(
            fields.Select(field => UpdateAsync(JsonSerializer.Serialize(new Dictionary<string, string> { [field] = field[..3] }))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var user = (await App.GetAsync("details", token)).Data;
        Assert.All(fields, field => Assert.Equal(field[..3], user.GetProperty(field).GetString()));
    }

    private async Task<Answer> UpdateAsync(string body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/details")
        {
            Content = JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body)),
        };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await App.SendAsync(request, token);
    }

    private async Task<JsonElement> LoginInAsync(string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login")
        {
            Content = JsonContent.Create(new { username = Address, password = TestApp.Password }),
        };
        request.Headers.TryAddWithoutValidation("Accept-Language", language);
        return (await App.SendAsync(request)).Data;
    }
}
