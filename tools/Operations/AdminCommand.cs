using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- admin …</c>: what administrators do, for operators who have access to the tables. It runs
/// the same operations as the API, and the history says that the operator did it.
/// </summary>
public sealed class AdminCommand(
    ListAccounts list,
    InviteAccount invite,
    ShowAccount show,
    ChangeAccount change,
    SignOutAccount signOut,
    VoidPassword voidPassword,
    RemoveAccountTotp removeTotp,
    RemoveAccount remove,
    TextReader input,
    TextWriter output)
{
    public const string Usage = """
        admin list                    lists the newest accounts
        admin show ADDRESS            shows an account
        admin grant ADDRESS           makes an account an administrator's
        admin revoke ADDRESS          makes it a client's again
        admin invite ADDRESS          makes an account, and mails its owner a code to set a password
        admin disable|enable ADDRESS  lets nobody sign in, or the owner again
        admin extend ADDRESS TIME     sets when it expires, such as 2027-01-31T00:00:00Z
        admin sign-out ADDRESS        ends every session
        admin reset ADDRESS           voids the password, and mails the owner a code to set another
        admin factor-remove ADDRESS   removes a lost authenticator app
        admin delete ADDRESS [--now]  deletes it after the grace period, or at once
            --json prints JSON; --yes asks nothing before what cannot be undone
        """;

    private delegate Task<Result<AdministeredAccountReply>> AccountAct(string id, CancellationToken cancellationToken);

    private const string Operator = "operator";
    private static readonly string[] Final = ["reset", "factor-remove", "delete"];
    private static readonly Administrator Caller = new(new AccountEntity(Operator), Operator, "tools/Operations", IfMatch: null);

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var flags = args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal)).ToHashSet();
        var words = args.Where(arg => !flags.Contains(arg)).ToArray();
        var (isJson, isSure) = (flags.Remove("--json"), flags.Remove("--yes"));
        var isNow = words is ["delete", ..] && flags.Remove("--now");
        Func<Task<int>>? command = words switch
        {
            ["list"] => () => ListAsync(isJson, cancellationToken),
            ["invite", var guest] => async () => await WriteAsync(
                await invite.HandleAsync(new InviteAccountRequest(Username: guest), Caller, cancellationToken), isJson),
            [var name, var address, ..] when Find(words, isNow) is { } act =>
                () => ActAsync(name, address, act, isSure || !Final.Contains(name), isJson, cancellationToken),
            _ => null,
        };
        if (flags.Count > 0 || command is null)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, command);
    }

    /// <summary>What a command does to the account that it names; null: there is no such command.</summary>
    private AccountAct? Find(string[] words, bool isNow)
    {
        AccountAct Change(ChangeAccountRequest request) => (id, stop) => change.HandleAsync(id, request, Caller, stop);

        return words switch
        {
            ["show", _] => (id, stop) => show.HandleAsync(id, Caller, stop),
            ["grant", _] => Change(new ChangeAccountRequest(Role: AccountEntity.AdminRole)),
            ["revoke", _] => Change(new ChangeAccountRequest(Role: AccountEntity.ClientRole)),
            ["disable", _] => Change(new ChangeAccountRequest(Disabled: true)),
            ["enable", _] => Change(new ChangeAccountRequest(Disabled: false)),
            ["extend", _, var time] => Change(new ChangeAccountRequest(ExpirationDate: time)),
            ["sign-out", _] => (id, stop) => signOut.HandleAsync(id, Caller, stop),
            ["reset", _] => (id, stop) => voidPassword.HandleAsync(id, Caller, stop),
            ["factor-remove", _] => (id, stop) => removeTotp.HandleAsync(id, Caller, stop),
            ["delete", _] => (id, stop) => remove.HandleAsync(id, new RemoveAccountQuery(isNow), Caller, stop),
            _ => null,
        };
    }

    private async Task<int> ListAsync(bool isJson, CancellationToken cancellationToken)
    {
        var listed = await list.HandleAsync(new AccountsQuery(null, null, 100, null), Caller, cancellationToken);
        return await WriteAsync(listed.Reply?.Accounts ?? [], isJson);
    }

    private async Task<int> ActAsync(
        string name, string address, AccountAct act, bool isSure, bool isJson, CancellationToken cancellationToken)
    {
        var found = await list.HandleAsync(new AccountsQuery(address, null, null, null), Caller, cancellationToken);
        if (found.Reply?.Accounts is not [var account])
        {
            await output.WriteLineAsync(found.Problem?.Message ?? "no account has this address");
            return 1;
        }

        return isSure || await IsSureAsync(name, account)
            ? await WriteAsync(await act(account.Id, cancellationToken), isJson)
            : 1;
    }

    private async Task<bool> IsSureAsync(string act, AdministeredAccountReply account)
    {
        await output.WriteAsync($"{act} {account.Username} ({account.Id}): type the address again to go on: ");
        var isSame = EmailAddress.TryParse(await input.ReadLineAsync(), out var typed) && typed.Canonical == account.Username;
        await output.WriteLineAsync(isSame ? "" : "nothing was changed");
        return isSame;
    }

    private Task<int> WriteAsync(Result<AdministeredAccountReply> result, bool isJson) =>
        result.IsRefused ? RefuseAsync(result.Problem) : WriteAsync([result.Reply], isJson);

    private async Task<int> RefuseAsync(Problem problem)
    {
        await output.WriteLineAsync(problem.Message);
        return 1;
    }

    private async Task<int> WriteAsync(IReadOnlyList<AdministeredAccountReply> accounts, bool isJson)
    {
        foreach (var account in accounts)
        {
            await output.WriteLineAsync(isJson
                ? JsonSerializer.Serialize(account, AccountJson.Default.AdministeredAccountReply)
                : $"{account.Id}  {account.Role}  {(account.Disabled ? "disabled" : "enabled "),-8}  expires {account.ExpirationDate:u}  "
                    + $"{account.Username}{(account.DeletesAt is { } when ? $"  deleted {when:u}" : "")}");
        }

        return 0;
    }
}
