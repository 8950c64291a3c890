#pragma warning disable RS0030 // A case must be reproducible from its seed.
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace TestKit;

/// <summary>Requests that no honest client sends, each made from a valid one and reproducible from seed and number.</summary>
public static class HostileRequests
{
    private const string Password = "blue tractor 77";

    private static readonly string[] Operations =
    [
        "register", "activate", "login", "refresh", "code", "forgot", "password", "details", "logout", "sessions", "register/",
        "sessions/0123456789abcdef0123456789abcdef", "email", "email/confirm", "delete", "restore", "export", "events",
        "events?page_size=1", "events?page_size=-1&page_token=%00", "events?page_token=AAAA&page_token=", "events?page_size=%ZZ",
        "passkeys/options", "passkeys/confirmation", "passkeys", "login/passkey/options", "login/passkey",
        "passkeys/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ];

    // Each with a valid value. A body with all of them is valid for every operation.
    private static readonly (string Name, string Valid)[] Members =
    [
        ("username", ""), ("password", Password), ("password1", Password), ("password2", Password), ("code", "000000"),
        ("new_password", Password), ("refresh", Base64Url.EncodeToString(new byte[68])), ("first_name", "Ada"), ("last_name", "Lovelace"),
        ("country_code", "GB"), ("hobbies", "chess"), ("job", "counts"), ("bio", "x"),
        ("all", "false"), ("role", "A"), ("x", "y"), ("name", "phone"),
        ("state", Base64Url.EncodeToString(new byte[72])), ("credential", "{}"),
    ];

    private static readonly HttpStatusCode[] Refusals =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound, HttpStatusCode.PreconditionFailed,
        HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.TooManyRequests,
    ];

    private static readonly string[] Junk =
    [
        "", " ", "\0", "\ufffe", "\u202e", "ﷺ", "𝕏", "e\u0301\u0301\u0301", "\ufeff", "\u0130i", "💣💣", "a@b.c", "A@EXAMPLE.COM",
        "a@[127.0.0.1]", "\"a b\"@example.com", "a@b@c.de", "a@xn--.de", "a@ß.de",
        "../../etc", "'; drop table users--", "<script>alert(1)</script>", "${jndi:ldap://x}", "%00", "\r\nBcc: x@example.com", "000000",
        "٠٠٠٠٠٠", "-1", "1e9999", "null", "true", "{}", "[]",
    ];

    public static HttpRequestMessage Create(int seed, int number, string? token)
    {
        var random = new Random(unchecked((seed * 397) ^ number));
        var operation = Operations[random.Next(Operations.Length)];
        var request = new HttpRequestMessage(
            random.Next(30) == 0 || operation.StartsWith("events", StringComparison.Ordinal) || operation is "export"
                ? HttpMethod.Get
                : operation is "sessions/0123456789abcdef0123456789abcdef"
                ? HttpMethod.Delete
                : HttpMethod.Post, "/api/account/" + operation)
        {
            Content = new ByteArrayContent(Body(random)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(12) switch
        {
            0 => Pick(
                random, "text/plain", "application/json; charset=utf-16", "application/json;;;", "*/*", "application/json, text/html", ";"),
            1 => "application/json; charset=\"UTF-8\"",
            _ => "application/json",
        });
        AddHeaders(request.Headers, random, token);
        return request;
    }

    /// <summary>Whether the contract allows the status and shape of an answer.</summary>
    public static bool IsOfTheContract(HttpResponseMessage response, string text)
    {
        if (response.StatusCode is HttpStatusCode.NotFound && text is "")
        {
            // The host's own answer to an unknown route or method.
            return true;
        }

        try
        {
            return IsOfTheContract(response, JsonSerializer.Deserialize<JsonElement>(text));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static bool IsOfTheContract(HttpResponseMessage response, JsonElement answer) =>
        response is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentDisposition: not null }
            ? answer.GetProperty("account").GetProperty("id").GetString() is not null
            : response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
            ? answer.GetProperty("status").GetString() is "success" && answer.GetProperty("code").GetInt32() == (int)response.StatusCode
            : Refusals.Contains(response.StatusCode)
                && (response.Content.Headers.ContentType?.MediaType is "application/problem+json"
                    ? answer.GetProperty("status").GetInt32() == (int)response.StatusCode
                    : answer.GetProperty("code").GetInt32() == (int)response.StatusCode
                        && answer.GetProperty("message").GetString() is not null);

    private static void AddHeaders(HttpRequestHeaders headers, Random random, string? token)
    {
        void Add(string name, Func<string> value)
        {
            if (random.Next(4) == 0)
            {
                headers.TryAddWithoutValidation(name, value());
            }
        }

        Add("Accept", () => Pick(
            random, "application/problem+json", "text/html", "*/*;q=x", ",,,", "application/problem+json;q=0", new string('a', 4000)));
        Add("Accept-Language", () => Pick(random, "de", "zz-ZZ-zz-ZZ", "de;q=9", "-", new string('e', 5000), "en,,,;q=", "ar;q=0.0001"));
        Add("User-Agent", () => Pick(random, "x", "\"", new string('u', 6000), "<b>", "a/1 (;;)"));
        Add(
            "X-Forwarded-For",
            () => Pick(random, "1.2.3.4", "[::1]:99999", ":::::", "unknown, , 10.0.0.1:80", new string('9', 3000), "::ffff:1.2.3.4%eth0"));
        Add("If-Match", () => Pick(random, "*", "\"x\"", "W/\"x\"", "x", "\"\"\"", new string('"', 500)));
        Add("X-Forwarded-Proto", () => Pick(random, "https", "http", "javascript"));
        Add("traceparent", () => Pick(random, "00-0-0-0", "ff-00000000000000000000000000000000-0000000000000000-00", new string('0', 900)));
        headers.TryAddWithoutValidation("Authorization", random.Next(6) switch
        {
            0 => "Bearer",
            1 => "Bearer " + new string('x', random.Next(8000)),
            2 => "Basic eDp5",
            3 when token is not null => "Bearer " + token[..random.Next(token.Length)],
            4 when token is not null => "Bearer " + token.Insert(random.Next(token.Length), "."),
            _ => "Bearer " + token,
        });
    }

    private static byte[] Body(Random random)
    {
        var json = new StringBuilder("{");
        foreach (var (name, valid) in Members.OrderBy(_ => random.Next()).Take(random.Next(2 * Members.Length)))
        {
            json.Append(json.Length > 1 ? "," : "")
                .Append('"')
                .Append(random.Next(40) == 0 ? name.ToUpperInvariant() : name)
                .Append("\":")
                .Append(random.Next(8) switch
                {
                    0 => Value(random, 0),
                    1 => JsonSerializer.Serialize(valid.Insert(random.Next(valid.Length + 1), Pick(random, Junk))),
                    _ when name is "username" => JsonSerializer.Serialize($"user{random.Next(50)}@example.com"),
                    _ when name is "all" => valid,
                    _ => JsonSerializer.Serialize(valid),
                });
        }

        var text = json.Append('}').ToString();
        var bytes = Encoding.UTF8.GetBytes(random.Next(14) switch
        {
            0 => text[..random.Next(text.Length)],
            1 => text + Pick(random, " ", "x", ",", "{}", "\0", "//c"),
            2 => Pick(random, "[", "null", "", "\"\"", "1", "[]", "{", "}", "\ufeff", "/**/") + text,
            3 => text.Replace(":", random.Next(2) == 0 ? ",:" : "::", StringComparison.Ordinal),
            4 => new string('[', random.Next(40)) + new string('{', random.Next(3)),
            5 => "{\"username\":\"a@example.com\",\"username\":" + Value(random, 0) + "}",
            6 => "{\"x\":\"" + new string('x', random.Next(80_000)) + "\"}",
            _ => text,
        });
        for (var flips = random.Next(10) == 0 ? random.Next(8) : 0; flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static string Value(Random random, int depth) => random.Next(depth > 4 ? 8 : 10) switch
    {
        0 => Pick(random, "null", "true", "false"),
        1 => Pick(random, "0", "-1", "1e400", "1.5", "123456", "99999999999999999999999999", "-0", "01"),
        2 => Pick(random, "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\\x\"", "\"\\u12\"", "\"a\u0001b\""),
        3 => JsonSerializer.Serialize(new string((char)random.Next('!', 0xd7ff), random.Next(5000))),
        4 or 5 => JsonSerializer.Serialize(Pick(random, Junk)),
        6 => JsonSerializer.Serialize($"user{random.Next(50)}@example.com"),
        7 => JsonSerializer.Serialize(Pick(random, "blue tractor 77", "password", "12345678", "123456", "000000")),
        8 => "[" + Value(random, depth + 1) + "]",
        _ => "{\"a\":" + Value(random, depth + 1) + "}",
    };

    private static string Pick(Random random, params string[] values) => values[random.Next(values.Length)];
}
