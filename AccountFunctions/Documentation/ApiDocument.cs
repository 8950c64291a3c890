using System.Text;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Documentation;

/// <summary>The OpenAPI 3.1 document as it is served; made when it is asked for first, because an app should start fast.</summary>
public sealed class ApiDocument(
    IOptions<AccountOptions> accounts, IOptions<PasswordOptions> passwords, IOptions<CodeOptions> codes, IOptions<TokenOptions> tokens)
{
    private readonly Lazy<ReadOnlyMemory<byte>> bytes = new(() => Encoding.UTF8.GetBytes(
        new ApiDocumentBuilder(accounts.Value, passwords.Value, codes.Value, tokens.Value).Build()));

    public ReadOnlyMemory<byte> Bytes => bytes.Value;
}
