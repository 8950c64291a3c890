using System.Reflection;
using System.Text.RegularExpressions;
using AccountFunctions.Tests;

namespace Delivery.Tests;

/// <summary>Generates docs/security.md from the attributes of all tests, so every claim there has a test.</summary>
public sealed partial class SecurityTableTests
{
    private static readonly Assembly[] Assemblies = [typeof(ArchitectureTests).Assembly, typeof(SecurityTableTests).Assembly];

    private static readonly (string Row, string Requirement)[] Requirements =
    [
        ("A1", "Answers do not distinguish known from unknown, active, pending or disabled addresses; only the right password reveals "
            + "more"),
        ("A2", "Every path does the same work: one Argon2 run, the same storage calls, mail through the queue"),
        ("A3", "Throttles count and answer unknown addresses like known ones"),
        ("A4", "Registering a taken address gets the same 201 and changes nothing; the owner gets a mail"),
        ("A5", "After the owner activates an address, no stranger who also registered it has a password there"),
        ("A6", "If registrations with different passwords wait at an address, its account starts without a password"),
        ("A7", "A change to a taken address answers and works like one to a free address; so does the recovery address"),
        ("B1", "Codes are derived from 128 random bits and a key, without bias, for one user only"),
        ("B2", "Codes expire to the second: activation after 24 h, reset after 10 min"),
        ("B3", "A code works once, even for simultaneous tries"),
        ("B4", "A code has five tries, counted by conditional writes; then even the right code is refused"),
        ("B5", "A new code does not reset the budget: one mail a minute, five an hour, ten a day per address"),
        ("B6", "A code is bound to its purpose and address; a try for another purpose does not use it up"),
        ("B7", "A newer code, a changed password, a reset and an activation void the open ones"),
        ("B8", "No code is stored, queued or logged"),
        ("B9", "Codes are compared in constant time; only the configured number of ASCII digits matches"),
        ("B10", "An open code changes nothing about the account"),
        ("B11", "Codes travel in POST bodies only"),
        ("B12", "A text that cannot be a code is a field error, costs no try, and gets the same answer for every address"),
        ("B13", "A call that redeemed a code may be repeated for ten minutes; with any other content the code is void"),
        ("B14", "Wrong codes after a redemption are guesses like others, and end its repetition"),
        ("C1", "Five failed sign-ins in five minutes, then growing delays up to 15 min; after 100 in a row a reset"),
        ("C2", "During a delay the right password gets the same 429; a reset works and lifts it"),
        ("C3", "60 requests a minute per client network on the open operations; the trusted hop counts, IPv6 by /64"),
        ("C4", "Mail caps per address for all purposes together, and for all mails a quota that no minute and no hour exceeds"),
        ("C5", "Counters are exact under races and shared by instances; no check fails open in an outage"),
        ("C6", "429 says when to come back, in the envelope or as a problem document"),
        ("C7", "A client with the secret of an earlier sign-in is counted separately: strangers can neither delay nor lock it"),
        ("C8", "A refresh that succeeds does not count towards the limit of its network; one that is refused does"),
        ("C9", "Mails that strangers request use up nothing of the owner's: notices of proved acts have a separate budget, and no right "
            + "password is refused because of such mails"),
        ("C10", "One account asks for five changes of its address a day"),
        ("D1", "8 to 256 code points after NFKC; over-long passwords are refused, never truncated"),
        ("D2", "No composition rules; all of Unicode, spaces and outer white space count"),
        ("D3", "One normal form (NFKC) for setting and checking; lone surrogates refused, NUL kept"),
        ("D4", "Common passwords, patterns, and the owner's address and names are refused"),
        ("D5", "Changing the password or address and deleting the account require the current password; a wrong one counts as a failed "
            + "sign-in"),
        ("D6", "Argon2id as PHC strings: 16-byte salt, 32-byte tag, OWASP's cost or more"),
        ("D7", "Hashes of another cost are renewed at sign-in"),
        ("D8", "Operations that hash are bounded, with their calls to storage; further ones get 503 at once"),
        ("D9", "Over-long input is refused before any hash or storage call"),
        ("D10", "A stored hash beyond the ceilings, or damaged, is never run: it answers and costs like a wrong password"),
        ("D11", "Users of other systems keep their passwords until the first sign-in hashes them anew; a setting hides who is imported"),
        ("D12", "A backup cannot be read without its key or changed unnoticed, and a restore revives no session, changed "
            + "password or deleted person"),
        ("E1", "Access tokens: ES256, at+jwt, every claim required, 15 min, 30 s of skew"),
        ("E2", "Key ids are looked up exactly; no unknown header members; 4 KiB at most"),
        ("E3", "Keys rotate with an overlap and without a sign-out"),
        ("E4", "Refresh tokens carry 256 random bits and are stored as a hash; 14 days idle, 90 days in total"),
        ("E5", "A used refresh token that is sent again after the grace period ends its session"),
        ("E6", "Within the grace period, the token used last gets the same successor, even for simultaneous requests"),
        ("E7", "A new version of the account ends its sessions and access tokens"),
        ("E8", "Sign-out of one session or all; other accounts' sessions are out of reach"),
        ("E9", "A reset does not sign in; a reset and a change of password mail a notice"),
        ("E10", "401 names the scheme and one reason for every bad token"),
        ("E11", "Tokens travel in headers and bodies only, and never reach a log"),
        ("E12", "A token that is not valid yet is refused; every token names client, methods and time of the sign-in"),
        ("E13", "While a former address is reserved for recovery, the account can move only back to it"),
        ("E14", "A used refresh token that comes again within its grace is recorded, and the grace is what the setting says"),
        ("F1", "Callers cannot set protected fields: role, name, expiry, version"),
        ("F2", "One canonical form of an address, used everywhere"),
        ("F3", "Only plain addresses within RFC 5321's limits"),
        ("F4", "Table keys are hashes, never user input"),
        ("F5", "Nothing typed by a stranger appears in a mail's subject, headers or HTML"),
        ("F6", "Strict JSON: anything else is a 400"),
        ("F7", "Bodies over 64 KiB are refused while they are read, chunked or not"),
        ("F8", "Other content types are 415; other methods are not found"),
        ("F9", "No origin is allowed by CORS"),
        ("F10", "Every answer carries the security headers"),
        ("F11", "Errors carry a stable code and a trace id, and reveal no internals"),
        ("F12", "Profile edits lose no update; If-Match is enforced"),
        ("F13", "No function relies on the host's keys"),
        ("G1", "Uniqueness by insert, change by ETag, one partition per batch"),
        ("G2", "A committed change whose answer was lost is recognised as our own; after any storage fault, the client can finish its "
            + "flow"),
        ("G3", "A job is enqueued before its row is committed; it waits for the row, and is dropped if the row never appears"),
        ("G4", "A job that is delivered many times sends one mail"),
        ("G5", "A transport that temporarily accepts no more mails costs a mail no try"),
        ("G6", "Jobs are small, versioned and carry ids only; other messages go to the poison queue at once; abandoned jobs can be sent "
            + "again"),
        ("G7", "A mail whose code is no longer good is not sent"),
        ("G8", "A bounce is in the account's history, and for a growing time no mail goes to the address; answers over HTTP stay the same"),
        ("G9", "During a storage outage, every operation answers 503 in time, and nothing is half-written"),
        ("G10", "Calls to storage are bounded in time"),
        ("I1", "No password, code, token or key is logged"),
        ("I2", "Sign-ins, refusals and security events are logged: who, what, with which outcome, under the trace that the answer names"),
        ("I3", "A client's name for itself never reaches a log unchanged"),
        ("I4", "Expired data is removed automatically"),
        ("I5", "Packages come from lock files, and a known vulnerability fails the build; actions are pinned by commit"),
        ("I6", "Deployed storage, vault and app accept only TLS 1.2 and Entra tokens: no keys, no anonymous blobs, no FTP, no publishing "
            + "passwords; in production only the app is public"),
        ("I7", "Identities with exactly the listed roles, separate storage for host and accounts, and a vault with role-based access "
            + "and purge protection"),
        ("I8", "Everything that operators need is measured or logged: a documented meter, diagnostic settings, alerts on existing metrics"),
        ("I9", "Secrets come only from the vault; templates never overwrite a key; development keys and unresolved references prevent a "
            + "start in production"),
        ("J1", "With an authenticator app, every sign-in and every change that asks for the password asks for the second factor"),
        ("J2", "A code of the app is good for its step and the neighbours, and once, even for simultaneous tries on many instances"),
        ("J3", "Recovery codes of 50 bits work once; guesses at them are failed sign-ins; making new ones needs the second factor"),
        ("J4", "No other way in skips the second factor: mailed code, restore, reset; its absence uses up no mailed code"),
        ("J5", "Turning on a second factor needs the password and a code of the secret that the same session set up"),
        ("J6", "Only if the operator says so, a device that proved the factor may skip it at sign-in, and never for a change"),
        ("J7", "Secrets of factors are stored sealed for their account, recovery codes not at all; keys rotate"),
        ("J8", "A passkey needs user verification, this origin and relying party, and a challenge that is good once and for its purpose"),
        ("J9", "A passkey whose counter goes back is refused, and its owner is told"),
        ("J10", "A passkey confirms a change instead of the password"),
        ("J11", "An ID token is accepted only from its issuer, for this audience, in time, with the nonce of the request"),
        ("J12", "An identity makes or reaches an account only by a verified address that nobody has, or after the owner has linked it"),
        ("J13", "The redirect flow is bound to its browser by state, PKCE and exact return URLs; its code is good once"),
        ("J14", "The last way in cannot be removed"),
        ("J15", "A mailed sign-in code has the limits of a reset code, works once, and is off unless the operator switches it on"),
        ("K1", "Only an administrator whose session proved two factors gets past the edge; the token ends with session and role"),
        ("K2", "What an administrator does ends sessions where it must, is told to the owner, and is recorded with who did it"),
        ("K3", "The last administrator stays, whoever asks and however many at once"),
        ("K4", "No administrator sees or sets a password"),
        ("K5", "Other services hear of what was done to accounts, at least once, by ids only, and of nothing that was not done"),
        ("S1", "Seed defect: one code for all users until restart"),
        ("S2", "Seed defect: expiry frozen at start and never checked"),
        ("S3", "Seed defect: an open code locks the owner out"),
        ("S4", "Seed defect: codes without purpose, tries or rate limit"),
        ("S5", "Seed defect: activation by GET with sequential ids"),
        ("S6", "Seed defect: unknown users told apart by answer and time"),
        ("S7", "Seed defect: tokens survive password change and reset"),
        ("S8", "Seed defect: account expiry checked on refresh only"),
        ("S9", "Seed defect: business errors and outages as pages with status 500"),
        ("S10", "Seed defect: case-sensitive names, non-addresses, password \"1\", trimmed passwords"),
        ("S11", "Seed defect: mail sent inside the request"),
        ("S12", "Seed defect: one code accepted twice, parallel registrations answered 500"),
        ("S13", "Seed defect: any origin, no body limit, debug pages"),
    ];

    [Fact]
    public void Every_requirement_has_a_test_and_the_table_in_the_docs_names_it()
    {
        var tests = Assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => (method.GetCustomAttribute<HoldsAttribute>()?.Rows ?? []).Select(
                row => (row, Test: $"{method.DeclaringType!.Name}.{method.Name}")))
            .ToLookup(pair => pair.row, pair => pair.Test);
        var rows = Requirements.Select(requirement =>
            $"| {requirement.Row} | {requirement.Requirement} | "
                + $"{string.Join("<br>", tests[requirement.Row].Order(StringComparer.Ordinal).Select(test => $"`{test}`"))} |");
        var table = string.Join('\n', ["| | what holds | tests that would catch the breach |", "|---|---|---|", .. rows]) + "\n";

        Assert.All(Requirements, requirement => Assert.True(tests.Contains(requirement.Row), $"no test holds {requirement.Row}"));
        Assert.All(tests, row => Assert.Contains(row.Key, Requirements.Select(requirement => requirement.Row)));
        var file = Repository.PathTo("docs", "security.md");
        var text = File.ReadAllText(file);
        var start = text.IndexOf("| | what holds", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is not null)
        {
            File.WriteAllText(file, text[..start] + table);
        }
        else
        {
            Assert.Equal(table, text[start..]);
        }
    }

    [Fact]
    public void The_list_of_asvs_clauses_is_complete_and_its_references_exist()
    {
        var folder = Repository.PathTo("docs");
        var clauses = File.ReadLines(Path.Combine(folder, "asvs.md"))
            .Where(line => line.StartsWith("| V", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        Assert.Equal((70, 183), (clauses.Count(clause => clause[2] == "1"), clauses.Count(clause => clause[2] == "2")));
        Assert.Equal(clauses.Count, clauses.Select(clause => clause[1]).Distinct().Count());
        Assert.All(clauses, clause => Assert.NotEmpty(clause[4]));
        var rows = clauses.SelectMany(clause => Row().Matches(clause[4]).Select(match => match.Value));
        Assert.Empty(rows.Except(Requirements.Select(requirement => requirement.Row)));
        Assert.All(clauses.SelectMany(clause => TestName().Matches(clause[4]).Select(match => match.Value)), test =>
            Assert.Contains(Assemblies.SelectMany(assembly => assembly.GetTypes()), type => type.Name == test));
    }

    [GeneratedRegex(@"\b[A-GS]\d{1,2}\b|\bI\d\b")]
    private static partial Regex Row();

    [GeneratedRegex(@"\b\w+Tests\b")]
    private static partial Regex TestName();
}
