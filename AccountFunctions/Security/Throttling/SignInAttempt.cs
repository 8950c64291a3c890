using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Security.Throttling;

/// <summary>Where an attempt to sign in counts.</summary>
/// <param name="Device">The client's device, which counts by itself; null: the attempt counts at the address.</param>
public sealed record SignInCounter(AddressPartition Address, DeviceEntity? Device, SignInAttempt Attempt);

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
