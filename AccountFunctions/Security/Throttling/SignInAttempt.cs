namespace AccountFunctions.Security;

/// <summary>An attempt to sign in that is under way.</summary>
public sealed class SignInAttempt(SignInAttempts.Attempt atAddress, SignInAttempts.Attempt? atDevice) : IDisposable
{
    /// <summary>False once another attempt at the address has run beside this one.</summary>
    public bool IsAloneAtAddress => atAddress.IsAlone;

    /// <summary>False once another attempt with the same device has run beside this one, or if there is no device.</summary>
    public bool IsAloneAtDevice => atDevice?.IsAlone == true;

    public void Dispose()
    {
        atAddress.Dispose();
        atDevice?.Dispose();
    }
}
