namespace AccountFunctions.Email;

/// <summary>A mail as it leaves; <paramref name="OperationId"/> is the same whenever the same job sends it again.</summary>
public sealed record Mail(string To, string Subject, string PlainText, string Html, Guid OperationId);

/// <summary>What carries a mail.</summary>
public interface IEmailTransport
{
    /// <exception cref="EmailFailureException">The mail was not taken over, and the usual way of trying again does not help.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);
}
