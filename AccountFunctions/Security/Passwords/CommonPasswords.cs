using System.Text;

namespace AccountFunctions.Security.Passwords;

/// <summary>The 49,000 or so most common passwords, in lower case (source and licence: CommonPasswords.LICENSE.txt).</summary>
internal static class CommonPasswords
{
    private static readonly Lazy<HashSet<string>> All = new(() =>
    {
        using var resource = typeof(CommonPasswords).Assembly.GetManifestResourceStream("CommonPasswords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not embedded.");
        using var reader = new StreamReader(resource, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    });

    public static bool Contain(string lowerCasePassword) => All.Value.Contains(lowerCasePassword);
}
