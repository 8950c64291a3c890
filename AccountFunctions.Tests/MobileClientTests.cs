using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AccountFunctions.Tests;

/// <summary>The mobile client of the system that this one replaces: its requests, and what it parses out of the answers.</summary>
public sealed class MobileClientTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact]
    public async Task It_signs_up_activates_signs_in_edits_and_recovers()
    {
        var registered = await CallAsync(
            "register/",
            new { first_name = "", last_name = "", username = Address, password1 = TestApp.Password, password2 = TestApp.Password });
        Assert.Equal(Address, registered.GetProperty("username").GetString());

        var activated = await CallAsync("activate/", new { username = Address, code = await App.NextCodeAsync(Address) });
        Assert.Equal(JsonValueKind.String, activated.ValueKind);

        var login = await CallAsync("login/", new { username = Address, password = TestApp.Password });
        IsLogin(login);

        // It sends all nine keys, most of them null.
        var edited = await CallAsync(
            "details/",
            new
            {
                first_name = "Ada",
                last_name = "L.",
                bio = "x",
                username = (string?)null,
                country_code = (string?)null,
                expiration_date = (string?)null,
                hobbies = (string?)null,
                job = (string?)null,
                role = (string?)null,
            },
            login.GetProperty("access").GetString());
        IsUser(edited);
        Assert.Equal("Ada", edited.GetProperty("first_name").GetString());

        IsLogin(await CallAsync("refresh/", new { refresh = login.GetProperty("refresh").GetString() }));
        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(JsonValueKind.String, (await CallAsync("code/", new { username = Address, code = (string?)null })).ValueKind);
        var code = await App.NextCodeAsync(Address, mails: 2);
        Assert.Equal(
            JsonValueKind.String,
            (await CallAsync("forgot/", new { username = Address, code, new_password = "green tractor 78" })).ValueKind);
        login = await CallAsync("login/", new { username = Address, password = "green tractor 78" });
        var changed = await CallAsync(
            "password/",
            new { password = "green tractor 78", new_password = "yellow tractor 79" },
            login.GetProperty("access").GetString());
        Assert.Equal(JsonValueKind.String, changed.ValueKind);
    }

    [Theory]
    [InlineData("register/")]
    [InlineData("login/")]
    [InlineData("activate/")]
    [InlineData("refresh/")]
    [InlineData("forgot/")]
    [InlineData("details/")]
    public async Task It_shows_the_message_of_every_refusal(string path)
    {
        using var answer = await App.Client.PostAsJsonAsync($"/api/account/{path}", new { username = "x" });
        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("error", (int)answer.StatusCode), (error.GetProperty("status").GetString(), error.GetProperty("code").GetInt32()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    private static void IsLogin(JsonElement login)
    {
        var payload = JsonSerializer.Deserialize<JsonElement>(
            System.Buffers.Text.Base64Url.DecodeFromChars(login.GetProperty("access").GetString()!.Split('.')[1]));
        Assert.True(payload.GetProperty("exp").TryGetInt64(out _));
        Assert.Equal(JsonValueKind.String, login.GetProperty("refresh").ValueKind);
        Assert.Equal(JsonValueKind.String, login.GetProperty("role").ValueKind);
        IsUser(login.GetProperty("user"));
    }

    private static void IsUser(JsonElement user)
    {
        foreach (
            var name in new[] { "first_name", "last_name", "username", "country_code", "expiration_date", "hobbies", "job", "bio", "role" })
        {
            Assert.Contains(user.GetProperty(name).ValueKind, new[] { JsonValueKind.String, JsonValueKind.Null });
        }
    }

    private async Task<JsonElement> CallAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/account/{path}")
        {
            Content = JsonContent.Create(body),
            Headers = { { "Accept-Language", "en" } },
        };
        var answer = await App.SendAsync(request, token);
        Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Created });
        return answer.Data;
    }
}
