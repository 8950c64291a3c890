using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Security.Throttling;

/// <summary>Where a sign-in attempt counts.</summary>
/// <param name="Device">The client's device, which counts separately; null: the attempt counts at the address.</param>
public sealed record SignInCounter(AddressPartition Address, DeviceEntity? Device, SignInAttempt Attempt);

/// <summary>A sign-in attempt in progress.</summary>
public sealed class SignInAttempt(SignInAttempts.Attempt atAddress, SignInAttempts.Attempt? atDevice) : IDisposable
{
    /// <summary>False if another attempt at the address ran at the same time.</summary>
    public bool IsAloneAtAddress => atAddress.IsAlone;

    /// <summary>False if another attempt with the same device ran at the same time, or if there is no device.</summary>
    public bool IsAloneAtDevice => atDevice?.IsAlone == true;

    public void Dispose()
    {
        atAddress.Dispose();
        atDevice?.Dispose();
    }
}
