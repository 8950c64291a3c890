namespace AccountFunctions.Email;

/// <summary>The available mail transports.</summary>
public enum EmailTransportKind
{
    AzureCommunication,
    Smtp,
}
