using System.Security.Cryptography;
using AccountFunctions.Contract.Values;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// Seals the messages of queues. A message can stay for days after the account it names, and only a holder of the key can read that name.
/// </summary>
/// <param name="keys">Secrets of 32 bytes. The first seals; all open. Without any, the seal only reads what is not sealed.</param>
public sealed class JobSeal(params IReadOnlyList<byte[]> keys)
{
    // Text, because the Functions host hands messages to the worker as text. No JSON begins like this.
    private const string Prefix = "sealed.";
    private readonly Seal seal = new(keys);

    /// <param name="queue">The message can be opened as one of this queue only.</param>
    public string Seal(ReadOnlySpan<byte> message, string queue) => Prefix + seal.Close(message, queue);

    /// <summary>The message itself. One that is not sealed returns as it is: version 1.0.0 sent such ones.</summary>
    /// <exception cref="CryptographicException">The message was sealed with another key, for another queue, or was changed.</exception>
    /// <exception cref="FormatException">The message only looks like a sealed one.</exception>
    public BinaryData Open(BinaryData message, string queue)
    {
        var text = message.ToString();
        return !text.StartsWith(Prefix, StringComparison.Ordinal) ? message
            : seal.TryOpen(text[Prefix.Length..], queue, out var opened, out _) ? BinaryData.FromBytes(opened)
            : throw new CryptographicException("The message is not sealed with a key that the app knows: has Codes__Key changed?");
    }
}
