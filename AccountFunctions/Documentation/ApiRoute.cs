using System.Reflection;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Documentation;

/// <summary>An HTTP function and its policy.</summary>
/// <param name="Name">Of the function, which is also the operation's id.</param>
/// <param name="Path">Below the route prefix, with a slash before it and parameters in braces.</param>
/// <param name="Function">The method of the function, which may document itself.</param>
/// <param name="Endpoint">Null for what is not documented.</param>
public sealed record ApiRoute(string Name, HttpMethod Method, string Path, MethodInfo Function, EndpointAttribute? Endpoint);
