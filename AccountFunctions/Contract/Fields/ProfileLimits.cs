namespace AccountFunctions.Contract.Fields;

/// <summary>Upper bounds of the profile fields, in Unicode code points.</summary>
public static class ProfileLimits
{
    public const int Name = 150;
    public const int CountryCode = 10;
    public const int Hobbies = 255;
    public const int Job = 100;
    public const int Bio = 4000;
}
