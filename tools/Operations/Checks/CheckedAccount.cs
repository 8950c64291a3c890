using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Operations.Checks;

/// <summary>The account of the test address, as one client sees it: its password and its newest tokens.</summary>
public sealed class CheckedAccount(CheckClient api, CheckOptions options)
{
    private string? access;
    private string? refresh;

    public string Username => options.Username;

    public string Code => options.Code;

    /// <summary>As long as the right one, and another.</summary>
    public string WrongCode { get; } = $"{options.Code[..^1]}{(options.Code[^1] - '0' + 1) % 10}";

    /// <summary>
    /// The password between two runs. A later run must know it, and whoever knows the code may, because the code sets another one anyway.
    /// </summary>
    public string UsualPassword { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"check\n{options.Username}\n{options.Code}")))[..32];

    public string WrongPassword { get; } = NewPassword();

    public string Access => access ?? throw new CheckException("nobody is signed in");

    public string Refresh => refresh ?? throw new CheckException("nobody is signed in");

    public static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    public Task<CheckAnswer> LoginAsync(string password) => api.PostAsync("account/login", new { username = Username, password });

    public Task<CheckAnswer> RestoreAsync(string password) => api.PostAsync("account/restore", new { username = Username, password });

    public Task<CheckAnswer> ActivateAsync(string code) => api.PostAsync("account/activate", new { username = Username, code });

    public Task<CheckAnswer> MailCodeAsync() => api.PostAsync("account/code", new { username = Username });

    public Task<CheckAnswer> ForgotAsync(string code, string password) =>
        api.PostAsync("account/forgot", new { username = Username, code, new_password = password });

    public Task<CheckAnswer> RefreshAsync(string token) => api.PostAsync("account/refresh", new { refresh = token });

    /// <summary>Signs in anew.</summary>
    public async Task SignInAsync(string password)
    {
        SignOut();
        Take(await LoginAsync(password));
    }

    /// <summary>Keeps the tokens of a success, which are complete.</summary>
    /// <returns>What the answer carries.</returns>
    public JsonElement Take(CheckAnswer answer)
    {
        var tokens = answer.Succeeds();
        Expect.Equal("Bearer", tokens.Text("token_type"), "token_type");
        Expect.Equal(Username, tokens.Member("user").Text("username"), "username");
        Expect.Equal("C", tokens.Text("role"), "role");
        (access, refresh) = (tokens.Text("access"), tokens.Text("refresh"));
        return tokens;
    }

    public void SignOut() => (access, refresh) = (null, null);
}
