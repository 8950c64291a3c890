using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Accounts;

/// <summary>The sizes of pages.</summary>
internal static class Paging
{
    /// <summary>The most entries that one answer holds.</summary>
    public const int MaxSize = 100;
    private const int DefaultSize = 20;

    /// <summary>Reads <c>page_size</c>.</summary>
    public static int PageSize(this FieldErrors errors, int? sent)
    {
        var size = sent ?? DefaultSize;
        if (size is < 1 or > MaxSize)
        {
            errors.Add("page_size", FieldError.Invalid);
        }

        return size;
    }
}
