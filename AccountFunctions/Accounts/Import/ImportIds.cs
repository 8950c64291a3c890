using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.Import;

/// <summary>
/// Ids of imported accounts: UUIDv7s like others, but derived from the record, so that a repeated import finds its account. Nobody without
/// the key can compute them.
/// </summary>
public sealed class ImportIds(IOptions<CodeOptions> options)
{
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "import-id");

    /// <param name="created">Null: unknown, and the directory lists the account behind all others.</param>
    public string Of(EmailAddress address, DateTimeOffset? created)
    {
        var id = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(address.Key)).AsSpan(0, 16);
        var time = Guid.CreateVersion7(created is { } known && known > DateTimeOffset.UnixEpoch ? known : DateTimeOffset.UnixEpoch)
            .ToByteArray(bigEndian: true);
        time.AsSpan(0, 6).CopyTo(id);
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return Convert.ToHexStringLower(id);
    }
}
