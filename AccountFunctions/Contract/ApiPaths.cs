namespace AccountFunctions.Contract;

/// <summary>Where the API is.</summary>
public static class ApiPaths
{
    /// <summary>Before every route, as host.json has it by default.</summary>
    public const string Prefix = "/api";
}
