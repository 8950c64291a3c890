using System.Reflection;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Documentation;

/// <summary>An HTTP function and its policy.</summary>
/// <param name="Name">The name of the function, which is also the operation's id.</param>
/// <param name="Path">The path below the route prefix, with a leading slash and parameters in braces.</param>
/// <param name="Function">The method of the function, which may document itself.</param>
/// <param name="Endpoint">Null for a function that is not documented.</param>
public sealed record ApiRoute(string Name, HttpMethod Method, string Path, MethodInfo Function, EndpointAttribute? Endpoint);
