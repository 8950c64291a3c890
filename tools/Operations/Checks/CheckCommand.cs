namespace Operations.Checks;

/// <summary>
/// <c>dotnet run --project tools/Operations -- check …</c>: uses a deployment as its clients do, with the account of a test address, and
/// says of each promise of the contract whether it holds. At the end, the account is deleted.
/// </summary>
/// <param name="wait">Lets time pass, where a limit of the deployment asks for it.</param>
public sealed class CheckCommand(HttpClient client, TextWriter output, TimeProvider time, Func<TimeSpan, CancellationToken, Task> wait)
{
    public const string Usage = """
        check --base-url URL --username ADDRESS --code CODE [--junit FILE]
          uses the deployment at URL (https://host/api) as its clients do, with an account that it registers and deletes
          --username  an address of its setting Accounts__TestAddresses
          --code      the code of the address
          --junit     writes the results to this file, as JUnit XML
        """;

    /// <returns>The exit code of the process: 0 if all checks passed, 1 if not, 2 if the arguments are invalid.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (CheckOptions.Parse(args) is not { } options)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        var report = new CheckReport(output, cancellationToken);
        await CheckAsync(options, report, cancellationToken);
        await report.SummarizeAsync();
        return await TryWriteAsync(report, options.JUnitFile, cancellationToken) && report.Failures == 0 ? 0 : 1;
    }

    private async Task CheckAsync(CheckOptions options, CheckReport report, CancellationToken cancellationToken)
    {
        var api = new CheckClient(client, options.BaseUrl, wait, cancellationToken);
        var service = new ServiceChecks(api, report);
        if (!await service.RunAsync())
        {
            return;
        }

        var account = new CheckedAccount(api, options);
        await new BeginningChecks(api, report, account).RunAsync();
        await new AccountChecks(api, report, account, service, time).RunAsync();
        await report.CheckAsync("sends its headers with every answer", () =>
        {
            Expect.That(api.HeaderFlaws.Count == 0, string.Join("; ", api.HeaderFlaws));
            return Task.CompletedTask;
        });
    }

    private async Task<bool> TryWriteAsync(CheckReport report, string? file, CancellationToken cancellationToken)
    {
        try
        {
            if (file is not null)
            {
                await File.WriteAllTextAsync(file, $"{report.ToJUnit()}\n", cancellationToken);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"The file {file} cannot be written: {e.Message}");
            return false;
        }
    }
}
