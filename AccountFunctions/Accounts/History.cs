using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Text;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The page of the history that the URL's query asks for.</summary>
public sealed record EventsQuery(
    [Field("How many events to return; 20 if omitted."), Range(1, Paging.MaxSize)] int? PageSize,
    [Field("`next` of the previous answer. If omitted, the answer begins with the newest events.")] string? PageToken);

public sealed record EventReply(
    [Field("When it happened.", Example = "2026-11-23T12:00:00Z")] DateTime Time,
    [Field("What happened. New words may be added.", Example = "signed_in")] string Kind,
    [Field("What the client called itself.", Example = "ExampleApp/2.1")] string? Client,
    [Field("The session that did it, or that was affected.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string? Session,
    [Field(
        "The id of the administrator who did it; `operator` for the command line, null for the owner.",
        Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")]
    string? By)
{
    public static EventReply From(EventEntity row) => new(row.Time.UtcDateTime, row.Kind, row.Client, row.SessionId, row.By);
}

public sealed record EventsReply(
    [Field("Newest first.")] IReadOnlyList<EventReply> Events,
    [Field("The `page_token` of the next page; null if this is the last one.", Example = "q83vEjRWeJCrze8SNFZ4kGV2ZW50LTA")] string? Next);

/// <summary>Reads the security history of an account page by page, for its owner and for administrators.</summary>
public sealed class History(AccountStore accounts)
{
    private const int MaxTokenLength = 100;

    public async Task<Result<EventsReply>> ListAsync(EventsQuery query, string accountId, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var size = errors.PageSize(query.PageSize);
        var after = query.PageToken is null ? null : ReadToken(query.PageToken);
        if (query.PageToken is not null && after is null)
        {
            errors.Add("page_token", FieldError.Invalid);
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        // One event beyond the page shows whether there is a next page.
        var rows = await accounts.ListEventsAsync(accountId, after, size + 1, cancellationToken)
            .Take(size + 1)
            .ToListAsync(cancellationToken);
        var next = rows.Count > size ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes(rows[size - 1].RowKey)) : null;
        return new EventsReply([.. rows.Take(size).Select(EventReply.From)], next);
    }

    // The key of the last row shown. Even a forged token only points into the history of this account.
    private static string? ReadToken(string token)
    {
        var key = token.Length <= MaxTokenLength && Base64Url.IsValid(token)
            ? Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token))
            : "";
        return key.StartsWith(EventEntity.RowPrefix, StringComparison.Ordinal) ? key : null;
    }
}
