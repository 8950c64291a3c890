using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalHost.Mail;

/// <summary>
/// Faults apply in the order in which they were posted; each valid send uses up one turn of the oldest. DELETE removes all of them.
/// </summary>
internal sealed class FaultQueue
{
    private readonly Lock gate = new();
    private readonly LinkedList<EmailFault> faults = [];

    public async Task<IResult> AddAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        EmailFault? fault;
        try
        {
            // A page of another site can post text without asking first, but not JSON.
            fault = request.HasJsonContentType()
                ? await JsonSerializer.DeserializeAsync(request.Body, EmailFaultJson.Default.EmailFault, cancellationToken)
                : null;
        }
        catch (JsonException)
        {
            fault = null;
        }

        if (fault is not { IsValid: true })
        {
            return new ServiceError(400, "InvalidFault", """Post something like {"status":429,"retry_after":5,"times":3}.""");
        }

        lock (gate)
        {
            faults.AddLast(fault);
        }

        return Results.NoContent();
    }

    public EmailFault? Take()
    {
        lock (gate)
        {
            if (faults.First is not { } oldest)
            {
                return null;
            }

            if (oldest.Value.Times == 1)
            {
                faults.RemoveFirst();
            }
            else
            {
                oldest.Value = oldest.Value with { Times = oldest.Value.Times - 1 };
            }

            return oldest.Value;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            faults.Clear();
        }
    }
}
