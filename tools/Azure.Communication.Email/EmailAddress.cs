namespace Azure.Communication.Email;

public readonly struct EmailAddress
{
    public EmailAddress(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        Address = address;
    }

    public EmailAddress(string address, string? displayName)
        : this(address) => DisplayName = displayName;

    public string Address { get; }

    public string? DisplayName { get; }
}
