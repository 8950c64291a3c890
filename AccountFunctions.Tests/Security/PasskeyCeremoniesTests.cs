using System.Text.Json;
using AccountFunctions.Security.Factors;
using Xunit.Sdk;

namespace AccountFunctions.Tests.Security;

[SharedApp]
public sealed class PasskeyCeremoniesTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const int Cases = 24_000;

    /// <summary>A million of them: <c>dotnet run -c Release --project tools/Stress -- passkeys</c>.</summary>
    [Fact, Holds("J8")]
    public async Task No_answer_with_changed_bytes_passes_and_none_is_an_exception()
    {
        var broken = await BrokenPasskeys.CreateAsync(App.Services);
        var seed = Environment.TickCount;
        await Parallel.ForAsync(0, Cases, async (number, _) =>
        {
            try
            {
                Assert.Null(await broken.TryAsync(seed, number));
            }
            catch (Exception e)
            {
                throw new XunitException($"seed {seed}, number {number}", e);
            }
        });
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"id":"AAAA","type":"public-key"}""")]
    [InlineData("""{"id":"AAAA","type":"public-key","response":[]}""")]
    [InlineData("""{"id":"AAAA","type":"public-key","response":{}}""")]
    [InlineData("""{"id":"A","type":"public-key","response":{"clientDataJSON":"AAAA"}}""")]
    [InlineData("""{"id":"","type":"public-key","response":{"clientDataJSON":"AAAA"}}""")]
    [InlineData("""{"id":7,"type":"public-key","response":{"clientDataJSON":"AAAA"}}""")]
    [InlineData("""{"id":"AAAA","rawId":"BBBB","type":"public-key","response":{"clientDataJSON":"AAAA"}}""")]
    [InlineData("""{"id":"\ud800","type":"public-key","response":{"clientDataJSON":"AAAA"}}""")]
    public void A_malformed_credential_is_none(string credential) =>
        Assert.Null(PasskeyCredential.Read(JsonSerializer.Deserialize<JsonElement>(credential)));

    [Fact]
    public void What_does_not_look_like_a_transport_is_left_out()
    {
        var read = PasskeyCredential.Read(JsonSerializer.Deserialize<JsonElement>(
            """
            {"id":"AAAA","type":"public-key","unknown":{},
            "response":{"clientDataJSON":"AAAA","transports":["usb","usb","a,b",7,"","x y","smart-card"]}}
            """));

        Assert.Equal(["usb", "smart-card"], read!.Transports);
    }

    [Fact]
    public void An_id_is_at_most_1023_bytes_long()
    {
        PasskeyCredential? Read(int bytes) => PasskeyCredential.Read(JsonSerializer.SerializeToElement(new
        {
            id = System.Buffers.Text.Base64Url.EncodeToString(new byte[bytes]),
            type = "public-key",
            response = new { clientDataJSON = "AAAA" },
        }));

        Assert.NotNull(Read(1023));
        Assert.Null(Read(1024));
    }
}
