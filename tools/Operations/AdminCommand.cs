using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- admin …</c>: what administrators do, for operators who have access to the tables, or a token
/// of the API.
/// </summary>
public sealed class AdminCommand(IAdministration administration, TextReader input, TextWriter output)
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
            --api URL does it through the API, such as https://host/api, with an administrator's access token in ACCESS_TOKEN
        """;

    private static readonly string[] Final = ["reset", "factor-remove", "delete"];

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var flags = args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal)).ToHashSet();
        var words = args.Where(arg => !flags.Contains(arg)).ToArray();
        var (isJson, isSure) = (flags.Remove("--json"), flags.Remove("--yes"));
        var isNow = words is ["delete", ..] && flags.Remove("--now");
        Func<Task<int>>? command = words switch
        {
            ["list"] => async () => await WriteAsync(await administration.ListAsync(cancellationToken), isJson),
            ["invite", var guest] => async () => await WriteAsync(await administration.InviteAsync(guest, cancellationToken), isJson),
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
    private static AdminAct? Find(string[] words, bool isNow) => words switch
    {
        ["show", _] => new(AdminActKind.Show),
        ["grant", _] => new(AdminActKind.Change, Role: AccountEntity.AdminRole),
        ["revoke", _] => new(AdminActKind.Change, Role: AccountEntity.ClientRole),
        ["disable", _] => new(AdminActKind.Change, Disabled: true),
        ["enable", _] => new(AdminActKind.Change, Disabled: false),
        ["extend", _, var time] => new(AdminActKind.Change, ExpirationDate: time),
        ["sign-out", _] => new(AdminActKind.SignOut),
        ["reset", _] => new(AdminActKind.VoidPassword),
        ["factor-remove", _] => new(AdminActKind.RemoveFactor),
        ["delete", _] => new(AdminActKind.Delete, IsNow: isNow),
        _ => null,
    };

    private async Task<int> ActAsync(
        string name, string address, AdminAct act, bool isSure, bool isJson, CancellationToken cancellationToken)
    {
        var found = await administration.FindAsync(address, cancellationToken);
        if (found.Accounts is not [var account])
        {
            await output.WriteLineAsync(found.Refusal ?? "no account has this address");
            return 1;
        }

        return isSure || await IsSureAsync(name, account)
            ? await WriteAsync(await administration.ActAsync(act, account.Id, cancellationToken), isJson)
            : 1;
    }

    private async Task<bool> IsSureAsync(string act, AdministeredAccountReply account)
    {
        await output.WriteAsync($"{act} {account.Username} ({account.Id}): type the address again to go on: ");
        var isSame = EmailAddress.TryParse(await input.ReadLineAsync(), out var typed) && typed.Canonical == account.Username;
        await output.WriteLineAsync(isSame ? "" : "nothing was changed");
        return isSame;
    }

    private async Task<int> WriteAsync(AdminAnswer answer, bool isJson)
    {
        if (answer.Refusal is { } refusal)
        {
            await output.WriteLineAsync(refusal);
            return 1;
        }

        foreach (var account in answer.Accounts)
        {
            await output.WriteLineAsync(isJson
                ? JsonSerializer.Serialize(account, AccountJson.Default.AdministeredAccountReply)
                : $"{account.Id}  {account.Role}  {(account.Disabled ? "disabled" : "enabled "),-8}  expires {account.ExpirationDate:u}  "
                    + $"{account.Username}{(account.DeletesAt is { } when ? $"  deleted {when:u}" : "")}");
        }

        return 0;
    }
}
