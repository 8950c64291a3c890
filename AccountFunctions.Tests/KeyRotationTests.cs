using System.Net;

namespace AccountFunctions.Tests;

/// <summary>What docs/operations.md promises about a new <c>Codes__Key</c>. AccessTokensTests covers the signing key.</summary>
public sealed class KeyRotationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_new_code_key_ends_open_codes_and_no_session()
    {
        const string address = "ada@example.com";
        var storage = azurite.NewStorage();
        string? first, second, code;
        await using (var before = await TestApp.StartAsync(storage))
        {
            first = (await before.SignInAsync(address)).GetProperty("refresh").GetString();
            second = (await before.PostAsync("refresh", new { refresh = first })).Data.GetProperty("refresh").GetString();
            await before.PostAsync("code", new { username = address });
            code = await before.NextCodeAsync(address, 2);
        }

        await using var after = await TestApp.StartAsync(storage, new() { ["Codes:Key"] = Convert.ToBase64String(new byte[32]) });
        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_code"),
            Short(await after.PostAsync("forgot", new { username = address, code, new_password = "green tractor 78" })));
        Assert.Equal((HttpStatusCode.Unauthorized, "token_not_valid"), Short(await after.PostAsync("refresh", new { refresh = first })));
        var third = await after.PostAsync("refresh", new { refresh = second });
        Assert.Equal(HttpStatusCode.OK, third.Status);
        Assert.Equal(
            HttpStatusCode.OK, (await after.PostAsync("refresh", new { refresh = third.Data.GetProperty("refresh").GetString() })).Status);
    }

    private static (HttpStatusCode Status, string? Message) Short(Answer answer) => (answer.Status, answer.Message);
}
