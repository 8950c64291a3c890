using LocalHost.Mail;

namespace Delivery.Tests.LocalHost;

public sealed class AccessKeySignatureTests
{
    [Theory]
    [InlineData(
        "POST", "/emails:send?api-version=2025-09-01", "unit.communication.azure.com", """{"test":true}""",
        "b9l325sq/oepzu5IQyiBKZpqr4PZNfu+gwB2YCh/nC4=", "YHV7zyLZxwoMUuUSzE/fChhD0/GFzDb5f2QJgvRlbCg=")]
    [InlineData(
        "GET", "/emails/operations/00000000-0000-0000-0000-000000000001?api-version=2025-09-01", "127.0.0.1:7080", "",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "NCsscS5eEGKWyOpDEmTQXEpqCUC5dNsTn4LWxKCgLmA=")]
    public void The_signature_is_the_one_of_the_real_client(
        string method, string target, string host, string body, string hash, string signature)
    {
        var contentHash = AccessKeySignature.HashContent(System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal(hash, contentHash);
        Assert.Equal(
            signature,
            AccessKeySignature.Compute(EmulatorHost.Key, method, target, "Wed, 07 Oct 2026 00:00:00 GMT", host, contentHash));
    }
}
