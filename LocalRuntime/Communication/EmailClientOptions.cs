using Azure.Core;

namespace Azure.Communication.Email;

public class EmailClientOptions(EmailClientOptions.ServiceVersion version = EmailClientOptions.ServiceVersion.V2025_09_01) : ClientOptions
{
    public enum ServiceVersion
    {
        V2023_03_31 = 1,
        V2024_07_01_Preview = 2,
        V2025_09_01 = 3,
    }

    internal string ApiVersion { get; } = version switch
    {
        ServiceVersion.V2023_03_31 => "2023-03-31",
        ServiceVersion.V2024_07_01_Preview => "2024-07-01-preview",
        ServiceVersion.V2025_09_01 => "2025-09-01",
        _ => throw new NotSupportedException(),
    };
}
