using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net;
using System.Text.Json;
using Azure;
using Azure.Communication.Email;
using LocalHost;

namespace Delivery.Tests.LocalHost;

/// <summary>The mail emulator without an app beside it, as Core Tools need it.</summary>
public sealed class EmulatorCommandTests
{
    [Fact]
    public async Task The_emulator_runs_alone_and_accepts_mails_signed_with_its_connection_string()
    {
        var url = $"http://localhost:{Ports.Free()}/";
        using var process = LocalApp.Run(["emulator", "--port", $"{new Uri(url).Port}"], []);
        await process.WaitForStartAsync();
        var sample = JsonDocument.Parse(
            await File.ReadAllTextAsync(SampleSettings()), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var connection = sample.RootElement.GetProperty("Values")
            .GetProperty("CommunicationServices")
            .GetString()!.Replace("http://localhost:7071/", url, StringComparison.Ordinal);

        await new EmailClient(connection).SendAsync(
            WaitUntil.Started, new EmailMessage("a@example.com", "b@example.com", new EmailContent("Hello") { PlainText = "Hello" }));

        using var client = new HttpClient { BaseAddress = new Uri(url) };
        Assert.Equal("Hello", Assert.Single(await client.GetFromJsonAsync<List<SentMail>>("emailMessages") ?? []).Subject);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("outbox", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_busy_port_ends_the_start_with_one_line()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        using var process = LocalApp.Run(["emulator", "--port", $"{((IPEndPoint)socket.LocalEndpoint).Port}"], []);
        var (exitCode, errors) = await process.WaitForExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Matches("^Cannot start: [^\n]+\n$", errors);
    }

    private static string SampleSettings() => Path.Combine(ProjectFolder.Root, ProjectFolder.SampleSettings);
}
