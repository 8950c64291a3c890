using LocalRuntime.Communication;

namespace AccountFunctions.Tests.LocalRuntime;

public sealed class SignatureTests
{
    private static readonly string Key = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());

    [Theory]
    [InlineData(
        "POST", "/emails:send?api-version=2025-09-01", "unit.communication.azure.com", """{"test":true}""",
        "b9l325sq/oepzu5IQyiBKZpqr4PZNfu+gwB2YCh/nC4=", "YHV7zyLZxwoMUuUSzE/fChhD0/GFzDb5f2QJgvRlbCg=")]
    [InlineData(
        "GET", "/emails/operations/00000000-0000-0000-0000-000000000001?api-version=2025-09-01", "127.0.0.1:7080", "",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "NCsscS5eEGKWyOpDEmTQXEpqCUC5dNsTn4LWxKCgLmA=")]
    public void The_published_vectors_come_out(string method, string pathAndQuery, string host, string body, string hash, string signature)
    {
        Assert.Equal(hash, Signature.HashContent(System.Text.Encoding.UTF8.GetBytes(body)));
        Assert.Equal(signature, Signature.Compute(method, pathAndQuery, "Wed, 07 Oct 2026 00:00:00 GMT", host, hash, Key));
    }
}
