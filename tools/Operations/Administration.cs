using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;

namespace Operations;

/// <summary>What <see cref="AdminCommand"/> does it with: the tables, or the API.</summary>
public interface IAdministration
{
    /// <summary>The newest accounts.</summary>
    Task<AdminAnswer> ListAsync(CancellationToken cancellationToken);

    /// <summary>The account of an address, if there is one.</summary>
    Task<AdminAnswer> FindAsync(string address, CancellationToken cancellationToken);

    Task<AdminAnswer> InviteAsync(string address, CancellationToken cancellationToken);

    /// <param name="id">The account's.</param>
    Task<AdminAnswer> ActAsync(AdminAct act, string id, CancellationToken cancellationToken);
}

/// <summary>An act on an account; the three values only for those acts that have them.</summary>
public sealed record AdminAct(
    AdminActKind Kind, string? Role = null, bool? Disabled = null, string? ExpirationDate = null, bool IsNow = false);

public enum AdminActKind
{
    Show,
    Change,
    SignOut,
    VoidPassword,
    RemoveFactor,
    Delete,
}

/// <param name="Refusal">Why the act is refused; null: it is done.</param>
public sealed record AdminAnswer(IReadOnlyList<AdministeredAccountReply> Accounts, string? Refusal = null);

/// <summary>The same operations as the API's, on the tables. The history says that the operator did it.</summary>
public sealed class TableAdministration(
    ListAccounts list,
    InviteAccount invite,
    ShowAccount show,
    ChangeAccount change,
    SignOutAccount signOut,
    VoidPassword voidPassword,
    RemoveAccountTotp removeTotp,
    RemoveAccount remove) : IAdministration
{
    private const string Operator = "operator";
    private const int PageSize = 100;
    private static readonly Administrator Caller = new(new AccountEntity(Operator), Operator, "tools/Operations", IfMatch: null);

    public Task<AdminAnswer> ListAsync(CancellationToken cancellationToken) => ListAsync(null, PageSize, cancellationToken);

    public Task<AdminAnswer> FindAsync(string address, CancellationToken cancellationToken) =>
        ListAsync(address, null, cancellationToken);

    public async Task<AdminAnswer> InviteAsync(string address, CancellationToken cancellationToken) =>
        Answer(await invite.HandleAsync(new InviteAccountRequest(Username: address), Caller, cancellationToken));

    public async Task<AdminAnswer> ActAsync(AdminAct act, string id, CancellationToken cancellationToken) => Answer(await (act.Kind switch
    {
        AdminActKind.Show => show.HandleAsync(id, Caller, cancellationToken),
        AdminActKind.Change => change.HandleAsync(id, RequestOf(act), Caller, cancellationToken),
        AdminActKind.SignOut => signOut.HandleAsync(id, Caller, cancellationToken),
        AdminActKind.VoidPassword => voidPassword.HandleAsync(id, Caller, cancellationToken),
        AdminActKind.RemoveFactor => removeTotp.HandleAsync(id, Caller, cancellationToken),
        _ => remove.HandleAsync(id, new RemoveAccountQuery(act.IsNow), Caller, cancellationToken),
    }));

    private static ChangeAccountRequest RequestOf(AdminAct act) =>
        act.Role is { } role ? new(Role: role)
        : act.Disabled is { } disabled ? new(Disabled: disabled)
        : new(ExpirationDate: act.ExpirationDate ?? "");

    private static AdminAnswer Answer(Result<AdministeredAccountReply> result) =>
        result.IsRefused ? new([], result.Problem.Message) : new([result.Reply]);

    private async Task<AdminAnswer> ListAsync(string? address, int? pageSize, CancellationToken cancellationToken)
    {
        var listed = await list.HandleAsync(new AccountsQuery(address, null, pageSize, null), Caller, cancellationToken);
        return listed.IsRefused ? new([], listed.Problem.Message) : new(listed.Reply.Accounts);
    }
}

/// <summary>The API, with the access token of an administrator, for operators without access to the tables.</summary>
/// <param name="http">With the address of the API, such as <c>https://host/api/</c>.</param>
public sealed class ApiAdministration(HttpClient http, string accessToken) : IAdministration
{
    private const string Accounts = "account/admin/accounts";

    public Task<AdminAnswer> ListAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{Accounts}?page_size=100", null, cancellationToken);

    public Task<AdminAnswer> FindAsync(string address, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{Accounts}?username={Uri.EscapeDataString(address)}", null, cancellationToken);

    public Task<AdminAnswer> InviteAsync(string address, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Accounts, new() { ["username"] = address }, cancellationToken);

    public Task<AdminAnswer> ActAsync(AdminAct act, string id, CancellationToken cancellationToken)
    {
        var (method, path) = act.Kind switch
        {
            AdminActKind.Show => (HttpMethod.Get, ""),
            AdminActKind.Change => (HttpMethod.Post, ""),
            AdminActKind.SignOut => (HttpMethod.Post, "/sign-out"),
            AdminActKind.VoidPassword => (HttpMethod.Post, "/reset"),
            AdminActKind.RemoveFactor => (HttpMethod.Post, "/totp/remove"),
            _ => (HttpMethod.Delete, act.IsNow ? "?now=true" : ""),
        };
        var body = act.Kind is not AdminActKind.Change ? []
            : act.Role is { } role ? new() { ["role"] = role }
            : act.Disabled is { } disabled ? new() { ["disabled"] = disabled }
            : new Dictionary<string, object> { ["expiration_date"] = act.ExpirationDate ?? "" };
        return SendAsync(method, $"{Accounts}/{id}{path}", method == HttpMethod.Post ? body : null, cancellationToken);
    }

    private async Task<AdminAnswer> SendAsync(
        HttpMethod method, string path, Dictionary<string, object>? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            // The API takes no bodies of unknown length.
            Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) },
        };
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return new([], envelope.GetProperty("message").GetString() ?? $"{(int)response.StatusCode}");
            }

            var data = envelope.GetProperty("data");
            return new(data.TryGetProperty("accounts", out var listed) ? [.. listed.EnumerateArray().Select(Read)] : [Read(data)]);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new([], $"The API cannot be used: {e.Message.Split('\n')[0]}");
        }
    }

    private static AdministeredAccountReply Read(JsonElement account) =>
        account.Deserialize(AccountJson.Default.AdministeredAccountReply) ?? throw new JsonException("The API sent no account.");
}
