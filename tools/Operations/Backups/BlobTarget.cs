using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Operations.Backups;

/// <summary>Backups in a blob container, whose policy may keep what is written from being changed.</summary>
public sealed class BlobTarget(BlobContainerClient container) : IBackupTarget
{
    public async Task<IReadOnlyList<string>> ListRunsAsync(CancellationToken cancellationToken)
    {
        const string end = "/" + Manifest.FileName;
        var runs = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
        {
            if (blob.Name.EndsWith(end, StringComparison.Ordinal))
            {
                runs.Add(blob.Name[..^end.Length]);
            }
        }

        return RunName.Sort(runs);
    }

    public async Task<Stream> OpenAsync(string run, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await container.GetBlobClient($"{run}/{file}")
                .OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new BackupException($"{run}/{file} is missing", e);
        }
    }

    public async Task PutAsync(string run, string file, string localPath, CancellationToken cancellationToken)
    {
        // Written by one commit, because a policy of immutability allows no second.
        var onlyNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        await container.GetBlobClient($"{run}/{file}").UploadAsync(localPath, onlyNew, cancellationToken);
    }
}
