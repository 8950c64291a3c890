using System.Text;
using AccountFunctions.Accounts;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Tokens;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Documentation;

/// <summary>The OpenAPI 3.1 document as the app serves it. The first request for it generates it, so that the app starts fast.</summary>
public sealed class ApiDocument(
    IReadOnlyList<ApiRoute> routes,
    IOptions<AccountOptions> accounts,
    IOptions<PasswordOptions> passwords,
    IOptions<CodeOptions> codes,
    IOptions<TokenOptions> tokens)
{
    private readonly Lazy<ReadOnlyMemory<byte>> bytes = new(() => Encoding.UTF8.GetBytes(
        new ApiDocumentBuilder(routes, accounts.Value, passwords.Value, codes.Value, tokens.Value).Build()));

    public ReadOnlyMemory<byte> Bytes => bytes.Value;
}
