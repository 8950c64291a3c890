using System.Net;
using System.Text.RegularExpressions;
using AccountFunctions.Documentation;

namespace AccountFunctions.Tests.Documentation;

[SharedApp]
public sealed partial class DocumentationPagesTests(AzuriteFixture azurite) : AppTests(azurite)
{
    [Theory, Holds("F10")]
    [InlineData("/api/docs")]
    [InlineData("/api/docs/")]
    [InlineData("/api/docs/errors")]
    public async Task A_page_loads_only_its_own_files_and_is_never_cached(string path)
    {
        var page = await App.Client.GetAsync(path);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Equal("text/html", page.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy);
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.All(
            Links().Matches(await page.Content.ReadAsStringAsync()),
            link => Assert.Matches("^(docs|openapi|[.][.]/|#)", link.Groups[1].Value));
    }

    [Fact]
    public async Task Every_file_of_a_page_is_served_compressed_and_cached_until_it_changes()
    {
        foreach (Match link in Links().Matches(await App.Client.GetStringAsync("/api/docs")))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{link.Groups[1].Value}")
            {
                Headers = { { "Accept-Encoding", "gzip" } },
            };
            var file = await App.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            if (!link.Groups[1].Value.Contains("/assets/", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.Contains("immutable", file.Headers.CacheControl!.ToString());
            var isLarge = link.Groups[1].Value.Contains("/swagger-ui", StringComparison.Ordinal);
            Assert.Equal(isLarge, file.Content.Headers.ContentEncoding.Contains("gzip"));
            using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/{link.Groups[1].Value}")
            {
                Headers = { { "Accept-Encoding", "gzip" }, { "If-None-Match", file.Headers.ETag!.ToString() } },
            };
            var kept = await App.Client.SendAsync(again);
            Assert.Equal((HttpStatusCode.NotModified, 0), (kept.StatusCode, (await kept.Content.ReadAsByteArrayAsync()).Length));
        }
    }

    [Fact]
    public async Task A_client_without_gzip_gets_the_plain_file() =>
        Assert.Contains("SwaggerUIBundle", await App.Client.GetStringAsync("/api/docs/assets/swagger-ui-bundle.js"));

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip;q=0", "")]
    [InlineData("*", "gzip")]
    [InlineData("*, gzip;q=0", "")]
    [InlineData("br", "")]
    public async Task A_coding_is_used_only_where_it_is_acceptable(string accepted, string coding)
    {
        using var answer = await GetScriptAsync(("Accept-Encoding", accepted));

        Assert.Equal(coding, string.Join(',', answer.Content.Headers.ContentEncoding));
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
    }

    [Theory]
    [InlineData("{0}", HttpStatusCode.NotModified)]
    [InlineData("W/{0}", HttpStatusCode.NotModified)]
    [InlineData("\"other\", {0}", HttpStatusCode.NotModified)]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    public async Task A_file_that_the_client_has_is_not_sent_again(string pattern, HttpStatusCode status)
    {
        using var plain = await GetScriptAsync();
        using var packed = await GetScriptAsync(("Accept-Encoding", "gzip"));
        var (tag, packedTag) = ($"{plain.Headers.ETag}", $"{packed.Headers.ETag}");
        using var again = await GetScriptAsync(("If-None-Match", pattern.Replace("{0}", tag, StringComparison.Ordinal)));

        Assert.NotEqual(tag, packedTag);
        Assert.Equal(status, again.StatusCode);
    }

    [Fact]
    public async Task A_tag_of_an_account_is_protected_from_proxies()
    {
        var token = (await App.SignInAsync("ada@example.com")).GetProperty("access").GetString();

        Assert.Equal("no-store, no-transform", (await App.GetAsync("details", token)).Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("/api/docs/assets/index.html")]
    [InlineData("/api/docs/assets/..%2f..%2fhost.json")]
    public async Task No_other_file_is_served(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);

        Assert.Equal("not_found", (await App.SendAsync(request)).Message);
    }

    [Fact]
    public async Task The_error_reference_has_an_anchor_for_every_code()
    {
        var page = await App.Client.GetStringAsync("/api/docs/errors");

        Assert.All(Catalogue.Problems.Concat(Catalogue.FieldErrors), entry => Assert.Single(Regex.Matches(page, $"id=\"{entry.Code}\"")));
    }

    [Theory]
    [InlineData("/api/openapi.json")]
    [InlineData("/api/docs")]
    [InlineData("/api/docs/errors")]
    [InlineData("/api/docs/assets/docs.js")]
    public async Task Switched_off_the_documentation_is_404(string path)
    {
        await using var silent = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:ServeDocs"] = "false" });
        using var request = new HttpRequestMessage(HttpMethod.Get, path);

        Assert.Equal("""{"status":"error","code":404,"data":null,"message":"not_found"}""", (await silent.SendAsync(request)).Text);
    }

    private async Task<HttpResponseMessage> GetScriptAsync(params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/docs/assets/swagger-ui-bundle.js");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await App.Client.SendAsync(request);
    }

    [GeneratedRegex("(?:href|src|data-document)=\"([^\"]+)\"")]
    private static partial Regex Links();
}
