namespace AccountFunctions.Security.Identities;

internal static class SecureUrl
{
    /// <summary>Whether nobody on the way can read or change what it carries: https, or http on this machine.</summary>
    public static bool IsSecure(this Uri url) =>
        url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback);
}
