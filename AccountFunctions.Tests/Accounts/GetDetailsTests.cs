using System.Net;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class GetDetailsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string Address { get; } = NewAddress();

    [Fact]
    public async Task The_caller_sees_the_user_of_the_login()
    {
        var login = await App.SignInAsync(Address);
        var details = await App.GetAsync("details/", login.GetProperty("access").GetString());

        Assert.Equal(HttpStatusCode.OK, details.Status);
        Assert.Equal(login.GetProperty("user").GetRawText(), details.Data.GetRawText());
        Assert.Matches("^\"[A-Za-z0-9_-]+\"$", details.Headers["ETag"]);
    }

    [Fact, Holds("E10")]
    public async Task Without_credentials_it_is_401_and_says_how_to_authenticate()
    {
        var answer = await App.GetAsync("details");

        Assert.Equal(
            (HttpStatusCode.Unauthorized, "not_authenticated", "Bearer"),
            (answer.Status, answer.Message, answer.Headers["WWW-Authenticate"]));
    }

    [Theory, Holds("E10")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task A_malformed_token_is_401(string token)
    {
        var answer = await App.GetAsync("details", token);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, "token_not_valid", "Bearer error=\"invalid_token\""), (
                answer.Status, answer.Message, answer.Headers["WWW-Authenticate"]));
    }

    [Theory]
    [InlineData(929, HttpStatusCode.OK)]
    [InlineData(930, HttpStatusCode.Unauthorized)]
    public async Task An_access_token_ends_after_its_lifetime_and_half_a_minute_of_skew(int seconds, HttpStatusCode status)
    {
        var login = await App.SignInAsync(Address);
        App.Time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(status, (await App.GetAsync("details", login.GetProperty("access").GetString())).Status);
    }

    [Theory, Holds("E7")]
    [InlineData("Disabled", true)]
    [InlineData("Version", 2)]
    public async Task An_access_token_dies_with_the_state_it_was_issued_for(string column, object value)
    {
        var login = await App.SignInAsync(Address);
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account");
        row[column] = value;
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);

        Assert.Equal("token_not_valid", (await App.GetAsync("details", login.GetProperty("access").GetString())).Message);
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        var login = await App.SignInAsync(Address);

        Assert.Equal("token_not_valid", (await App.GetAsync("details", login.GetProperty("refresh").GetString())).Message);
    }
}
