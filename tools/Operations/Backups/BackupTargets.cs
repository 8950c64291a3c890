using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Operations.Backups;

/// <summary>Opens the place that the operator names.</summary>
public sealed class BackupTargets(IConfiguration configuration)
{
    /// <param name="name">A folder, or the URL of a blob container: as the identity <c>AZURE_CLIENT_ID</c>, or as who is signed in.</param>
    public IBackupTarget Open(string name) =>
        Uri.TryCreate(name, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? new BlobTarget(new BlobContainerClient(
                url,
                configuration["AZURE_CLIENT_ID"] is { Length: > 0 } client
                    ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client))
                    : new DefaultAzureCredential()))
            : new FolderTarget(name);
}
