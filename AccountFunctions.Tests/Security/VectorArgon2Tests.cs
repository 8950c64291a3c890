using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Argon2;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Security;

public sealed class VectorArgon2Tests
{
    // Of the reference implementation, which RFC 9106 describes: version 0x13, one lane.
    [Theory, Holds("D6")]
    [InlineData(256, 2, "password", "somesalt", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")]
    [InlineData(65536, 2, "password", "somesalt", "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7")]
    public void The_reference_vectors_come_out(int memory, int passes, string password, string salt, string tag)
    {
        using var engine = new VectorArgon2(TimeProvider.System);
        var hash = new Argon2Hash(memory, passes, 1, Encoding.ASCII.GetBytes(salt), new byte[32]);

        Assert.Equal(tag, Convert.ToHexStringLower(engine.Derive(Encoding.ASCII.GetBytes(password), hash)));
        Assert.Equal(tag, Convert.ToHexStringLower(new KonsciousArgon2().Derive(Encoding.ASCII.GetBytes(password), hash)));
    }

    [Fact, Holds("D6")]
    public void Ten_thousand_random_hashes_are_those_of_libsodium_and_konscious()
    {
        using var engine = new VectorArgon2(TimeProvider.System);
        for (var number = 0; number < 10_000; number++)
        {
            var hash = new Argon2Hash(
                RandomNumberGenerator.GetInt32(8, number % 500 == 0 ? 4096 : 48),
                RandomNumberGenerator.GetInt32(1, 4),
                1,
                RandomNumberGenerator.GetBytes(16),
                new byte[RandomNumberGenerator.GetInt32(16, 200)]);
            var password = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(1, 300));
            var tag = engine.Derive(password, hash);

            Assert.Equal(new SodiumArgon2().Derive(password, hash), tag);
            Assert.Equal(new KonsciousArgon2().Derive(password, hash), tag);
        }
    }

    [Fact]
    public void Salts_of_any_length_and_short_tags_come_out_as_with_konscious()
    {
        using var engine = new VectorArgon2(TimeProvider.System);
        for (var length = 8; length < 64; length++)
        {
            var hash = new Argon2Hash(8, 1, 1, RandomNumberGenerator.GetBytes(length), new byte[length - 4]);
            Assert.Equal(new KonsciousArgon2().Derive([1], hash), engine.Derive([1], hash));
        }
    }

    [Fact]
    public void Memory_is_kept_for_the_next_hash_and_wiped_when_no_hash_wants_it()
    {
        var time = new FakeTimeProvider();
        using var memory = new Argon2Memory(time);
        Use(memory, buffers: 1);
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.True(IsDirty(Assert.Single(Rent(memory, buffers: 1))));

        Use(memory, buffers: 1);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(IsDirty(Assert.Single(Rent(memory, buffers: 1))));
    }

    [Fact]
    public void Memory_that_a_peak_has_left_is_wiped_under_steady_load()
    {
        var time = new FakeTimeProvider();
        using var memory = new Argon2Memory(time);
        Use(memory, buffers: 3);
        for (var hash = 0; hash < 8; hash++)
        {
            Use(memory, buffers: 1);
            time.Advance(TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal([true, false, false], Rent(memory, buffers: 3).Select(IsDirty));
    }

    [Fact]
    public void It_is_the_engine_of_new_hashes_where_the_processor_has_avx2()
    {
        using var engine = new VectorArgon2(TimeProvider.System);

        Assert.Equal(Avx2.IsSupported, engine.Supports(new Argon2Hash(19456, 2, 1, new byte[16], new byte[32])));
        Assert.False(engine.Supports(new Argon2Hash(19456, 2, 2, new byte[16], new byte[32])));
    }

    private static List<Argon2Memory.Buffer> Rent(Argon2Memory memory, int buffers) =>
        [.. Enumerable.Range(0, buffers).Select(_ => memory.Rent(blocks: 8))];

    // As hashes that run at once do.
    private static unsafe void Use(Argon2Memory memory, int buffers)
    {
        var rented = Rent(memory, buffers);
        rented.ForEach(buffer => *buffer.Words = 1);
        rented.ForEach(memory.Return);
    }

    private static unsafe bool IsDirty(Argon2Memory.Buffer buffer) => *buffer.Words != 0;
}
