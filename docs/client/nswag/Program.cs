// From sign-up to sign-out with the client that NSwag generates: dotnet run http://localhost:7071
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Generated;

var origin = args[0];
using var http = new HttpClient();
var accounts = new AccountsClient(http) { BaseUrl = $"{origin}/api" };
var (username, password) = ($"grace-{Guid.NewGuid():N}@example.com", "blue tractor 77");

await RefusedAsync(400, "username: invalid_email", () =>
    accounts.RegisterAsync(new() { Username = "nobody", Password1 = password, Password2 = password }));
await accounts.RegisterAsync(new() { Username = username, Password1 = password, Password2 = password, First_name = "Grace" });
await RefusedAsync(400, "not_active", () => accounts.LoginAsync(new() { Username = username, Password = password }));
await RefusedAsync(400, "code: invalid", () => accounts.ActivateAsync(new() { Username = username, Code = "12" }));
await accounts.ActivateAsync(new() { Username = username, Code = await MailedCodeAsync() });
var login = (await accounts.LoginAsync(new() { Username = username, Password = password })).Data;
Check(login.User.First_name == "Grace" && login.User.Expiration_date > DateTimeOffset.UtcNow);
await RefusedAsync(401, "not_authenticated", () => accounts.GetDetailsAsync());
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Access);
Check((await accounts.UpdateDetailsAsync(new() { Job = "Admiral" })).Data.Job == "Admiral");
await RefusedAsync(412, "stale", () => accounts.UpdateDetailsAsync(new() { Job = "Poet" }, "\"another state\""));
await RefusedAsync(404, "not_found", () => accounts.RevokeSessionAsync("none"));
Check((await accounts.ListSessionsAsync()).Data.Single().Current);
await accounts.LogoutAsync(new() { All = true });
await RefusedAsync(401, "token_not_valid", () => accounts.RefreshAsync(new() { Refresh = login.Refresh }));
await RefusedAsync(429, "throttled", () => accounts.RegisterAsync(
    new() { Username = username, Password1 = password, Password2 = password }));
Console.WriteLine("done");

// The typed body of a refusal, not only its text.
static async Task RefusedAsync(int status, string message, Func<Task> call)
{
    try
    {
        await call();
    }
    catch (ApiException e)
    {
        dynamic body = ((dynamic)e).Result;
        Check(e.StatusCode == status, $"status {e.StatusCode}");
        Check(string.Equals($"{body.Message}", message, StringComparison.OrdinalIgnoreCase), $"message {body.Message}");
        return;
    }

    Check(false, message);
}

// Only a local app shows its mails.
async Task<string> MailedCodeAsync()
{
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

namespace Generated
{
    public partial class AccountsClient
    {
        // A member that is not set must not be sent: null clears a field.
        static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
            settings.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull;
    }
}
