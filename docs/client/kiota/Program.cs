// From sign-up to sign-out with the client that Kiota generates: dotnet run http://localhost:7071
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Generated;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var origin = args[0];
string access = "";
var authentication = new BaseBearerTokenAuthenticationProvider(new Tokens(() => access));
var accounts = new AccountsClient(new HttpClientRequestAdapter(authentication) { BaseUrl = $"{origin}/api" }).Account;
var (username, password) = ($"edsger-{Guid.NewGuid():N}@example.com", "blue tractor 77");

await RefusedAsync(400, "username: invalid_email", () =>
    accounts.Register.PostAsync(new() { Username = "nobody", Password1 = password, Password2 = password }));
await accounts.Register.PostAsync(
    new() { Username = username, Password1 = password, Password2 = password, FirstName = "Edsger" });
await RefusedAsync(400, "not_active", () =>
    accounts.Login.PostAsync(new() { Username = username, Password = password }));
await RefusedAsync(400, "code: invalid", () =>
    accounts.Activate.PostAsync(new() { Username = username, Code = "12" }));
await accounts.Activate.PostAsync(new() { Username = username, Code = await MailedCodeAsync() });
var login = (await accounts.Login.PostAsync(new() { Username = username, Password = password }))?.Data;
Check(login?.User?.FirstName == "Edsger" && login.User.ExpirationDate > DateTimeOffset.UtcNow);
await RefusedAsync(401, "not_authenticated", () => accounts.Details.GetAsync());
access = login!.Access!;
Check((await accounts.Details.PostAsync(new() { Job = "Programmer" }))?.Data?.Job == "Programmer");
await RefusedAsync(412, "stale", () => accounts.Details.PostAsync(
    new() { Job = "Poet" }, request => request.Headers.Add("If-Match", "\"another state\"")));
await RefusedAsync(404, "not_found", () => accounts.Sessions["none"].DeleteAsync());
Check((await accounts.Sessions.GetAsync())?.Data?.Single().Current == true);
await accounts.Logout.PostAsync(new() { All = true });
access = "";
await RefusedAsync(401, "token_not_valid", () => accounts.Refresh.PostAsync(new() { Refresh = login.Refresh }));
Console.WriteLine("done");

// The message of the typed body of a refusal.
static async Task RefusedAsync(int status, string message, Func<Task> call)
{
    try
    {
        await call();
    }
    catch (ApiException e)
    {
        Check(e.ResponseStatusCode == status && e.Message == message, $"{e.ResponseStatusCode} {e.Message}");
        return;
    }

    Check(false, message);
}

// Only a local app shows its mails.
async Task<string> MailedCodeAsync()
{
    using var http = new HttpClient();
    for (; ; await Task.Delay(100))
    {
        var mails = await http.GetFromJsonAsync<JsonElement[]>($"{origin}/emailMessages?to={username}") ?? [];
        if (mails is [.., var mail] && Regex.Match(mail.GetProperty("subject").GetString()!, @"\d{6,}") is { Success: true } code)
        {
            return code.Value;
        }
    }
}

static void Check(bool holds, string what = "") => _ = holds ? true : throw new InvalidOperationException($"not as it should be: {what}");

internal sealed class Tokens(Func<string> access) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(
        Uri uri, Dictionary<string, object>? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(access());
}
