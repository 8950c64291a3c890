namespace AccountFunctions.Contract.Description;

/// <summary>Who may call an operation.</summary>
public enum Access
{
    /// <summary>Anyone, without a limit: health, keys, documents.</summary>
    Public,

    /// <summary>Anyone, within the limits of the network throttle.</summary>
    Anyone,

    /// <summary>The owner of an account, with an access token.</summary>
    Owner,

    /// <summary>An administrator, with an access token.</summary>
    Administrator,
}

/// <summary>The areas by which the documentation groups operations.</summary>
public static class Tags
{
    public const string SignUp = "Sign-up";
    public const string Session = "Sessions";
    public const string Recovery = "Recovery";
    public const string Profile = "Profile";
    public const string Factors = "Ways in";
    public const string Admin = "Administration";
    public const string Service = "Service";
}

/// <summary>The policy of a route. It is on the function, so that one line says who may call the route and what it answers.</summary>
/// <param name="handler">The class that handles and documents the operation; null if the function documents itself.</param>
/// <param name="tag">One of <see cref="Tags"/>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndpointAttribute(Type? handler, Access access, string tag) : Attribute
{
    public Type? Handler { get; } = handler;

    public Access Access { get; } = access;

    public string Tag { get; } = tag;

    /// <summary>The status of success.</summary>
    public int Status { get; set; } = 200;

    /// <summary>True: a request without a body counts as one with an empty object.</summary>
    public bool BodyOptional { get; set; }

    /// <summary>
    /// True: the call ends the caller's session, and the same caller may repeat it for a while, because answers get lost.
    /// </summary>
    public bool TakesRepeats { get; set; }

    /// <summary>
    /// True: the call of an owner or administrator sends a mail, so the network throttle counts it. Such calls have a limit of their own,
    /// as high as that of open calls.
    /// </summary>
    public bool SendsMail { get; set; }

    /// <summary>True: only browsers call it, and a person sees the refusals: a bare page instead of the envelope.</summary>
    public bool ForBrowsers { get; set; }

    /// <summary>True: requests that succeed do not count towards the limit of the network throttle.</summary>
    public bool CountsRefusalsOnly { get; set; }
}
