namespace Operations.Backups;

/// <summary>What the operator asks for.</summary>
/// <param name="At">The run to restore; null: the newest.</param>
internal sealed record RestoreArguments(
    string From, string? Account, string? Address, bool All, string? At, bool Deleted, bool Silent, bool IsDry, bool Yes)
{
    /// <summary>Null: this is no such command.</summary>
    public static RestoreArguments? Read(string[] args)
    {
        var (values, flags) = (new Dictionary<string, string>(), new HashSet<string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--from" or "--account" or "--address" or "--at" && i + 1 < args.Length)
            {
                values[args[i]] = args[++i];
            }
            else
            {
                flags.Add(args[i]);
            }
        }

        var read = new RestoreArguments(
            values.GetValueOrDefault("--from") ?? "",
            values.GetValueOrDefault("--account"),
            values.GetValueOrDefault("--address"),
            flags.Remove("--all"),
            values.GetValueOrDefault("--at"),
            flags.Remove("--deleted"),
            flags.Remove("--silent"),
            flags.Remove("--dry-run"),
            flags.Remove("--yes"));
        var goals = new[] { read.Account is not null, read.Address is not null, read.All }.Count(given => given);
        var isAllowed = flags.Count == 0 && goals == 1 && !(read.All && read.Deleted);
        return isAllowed && read.From is not "" && (read.At is null || RunName.Is(read.At))
            ? read
            : null;
    }
}
