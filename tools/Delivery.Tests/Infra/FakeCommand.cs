namespace Delivery.Tests.Infra;

/// <summary>A command for scripts to find on the PATH. It records its calls and does what a few lines of shell say.</summary>
public sealed class FakeCommand : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public FakeCommand(string name, string body)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\necho \"$*\" >> {Log}\n{body}\n");
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Log => Path.Combine(folder, "calls");

    /// <summary>The environment in which scripts find the command.</summary>
    public Dictionary<string, string> Environment(params (string Name, string Value)[] more) => more
        .Append(("PATH", $"{folder}:{System.Environment.GetEnvironmentVariable("PATH")}"))
        .ToDictionary(variable => variable.Item1, variable => variable.Item2);

    /// <summary>The arguments of each call.</summary>
    public string[] Calls() => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
