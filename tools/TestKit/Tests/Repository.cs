using System.Runtime.CompilerServices;

namespace TestKit;

/// <summary>The files of the checkout that the tests were built from.</summary>
public static class Repository
{
    /// <param name="parts">From the top of the repository.</param>
    public static string PathTo(params ReadOnlySpan<string> parts) =>
        Path.Combine([Path.GetDirectoryName(ThisFile())!, "..", "..", "..", .. parts]);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
