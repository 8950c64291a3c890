using Azure.Core;

namespace Azure.Communication.Email;

public class EmailClientOptions : ClientOptions
{
    public EmailClientOptions(ServiceVersion version = ServiceVersion.V2025_09_01) => ApiVersion = version switch
    {
        ServiceVersion.V2023_03_31 => "2023-03-31",
        ServiceVersion.V2024_07_01_Preview => "2024-07-01-preview",
        ServiceVersion.V2025_09_01 => "2025-09-01",
        _ => throw new ArgumentOutOfRangeException(nameof(version)),
    };

    internal string ApiVersion { get; }

#pragma warning disable CA1707 // The names are the package's.
    public enum ServiceVersion
    {
        V2023_03_31 = 3,
        V2024_07_01_Preview = 4,
        V2025_09_01 = 5,
    }
#pragma warning restore CA1707
}
