namespace AccountFunctions.Email;

/// <summary>The transports of mails.</summary>
public enum EmailTransportKind
{
    AzureCommunication,
    Smtp,
}
