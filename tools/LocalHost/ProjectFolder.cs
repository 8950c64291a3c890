using System.Reflection;

namespace LocalHost;

/// <summary>The folders of this clone.</summary>
public static class ProjectFolder
{
    public const string SampleSettings = "local.settings.sample.json";

    /// <summary>The nearest folder above this program with the sample settings; the current folder if there is none.</summary>
    public static string Root { get; } = Find();

    /// <summary>The sources of the app that is built with this program.</summary>
    public static string App { get; } = Path.Combine(Root, "AccountFunctions");

    /// <summary>The build of the app that goes with this program.</summary>
    public static string AppOutput { get; } = Path.Combine(App, Metadata("AppOutput"));

    private static string Metadata(string key) =>
        typeof(ProjectFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value ?? "";

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, SampleSettings)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
