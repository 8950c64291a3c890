using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Tests.Storage;

public sealed class JobSealTests
{
    private const string Queue = "housekeeping-jobs";
    private const string Job = """{"kind":"address_move","account_id":"0f1e2d3c"}""";
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] otherKey = RandomNumberGenerator.GetBytes(32);

    [Fact, Holds("I4")]
    public void A_sealed_message_shows_nothing_and_opens_with_a_present_or_earlier_key()
    {
        var message = Seal(key);

        Assert.Matches("^sealed\\.[A-Za-z0-9+/=]+$", message);
        var bytes = Encoding.Latin1.GetString(Convert.FromBase64String(message["sealed.".Length..]));
        Assert.DoesNotContain("account_id", bytes, StringComparison.Ordinal);
        Assert.NotEqual(message, Seal(key));
        Assert.Equal(Job, Open(message, key));
        Assert.Equal(Job, Open(message, otherKey, key));
    }

    [Fact]
    public void A_message_with_any_byte_changed_of_another_queue_or_key_is_refused()
    {
        var message = Seal(key);
        var bytes = Convert.FromBase64String(message["sealed.".Length..]);
        foreach (var index in Enumerable.Range(0, bytes.Length))
        {
            var forged = bytes.ToArray();
            forged[index] ^= 1;
            Assert.Throws<CryptographicException>(() => Open("sealed." + Convert.ToBase64String(forged), key));
        }

        Assert.Throws<CryptographicException>(() => Open(message, otherKey));
        Assert.Throws<CryptographicException>(() => Open(message));
        Assert.Throws<CryptographicException>(() => new JobSeal(key).Open(BinaryData.FromString(message), "email-jobs"));
    }

    [Theory]
    [InlineData("sealed.")]
    [InlineData("sealed.!")]
    [InlineData("sealed.AAAA")]
    public void What_only_looks_sealed_is_no_message(string message) => Assert.Throws<FormatException>(() => Open(message, key));

    [Theory]
    [InlineData("")]
    [InlineData(Job)]
    [InlineData("\0\ufffd")]
    public void A_message_of_the_last_version_is_read_as_it_is(string message) => Assert.Equal(message, Open(message, key));

    private static string Seal(byte[] with) => new JobSeal(with).Seal(Encoding.UTF8.GetBytes(Job), Queue);

    private static string Open(string message, params byte[][] with) =>
        new JobSeal(with).Open(BinaryData.FromString(message), Queue).ToString();
}
