using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Strata.Benchmarks.Server;

/// <summary>
/// A hot authenticated read against a bare endpoint of the same process with the same bytes: rounds of both by turns over the same number of connections.
/// The client writes prepared bytes and counts what comes back, so that it is not what is measured.
/// </summary>
internal static class HotRead
{
    private const int Rounds = 9;
    private const int Connections = 8;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.StartAsync(cancellationToken);
        await using var server = await installation.ServeAsync(cancellationToken);
        var token = await server.LoginAsync(cancellationToken);
        await Brand.MakeAsync(server, cancellationToken);
        var document = await server.Client.GetByteArrayAsync($"/v1/tenants/{Brand.Tenant}/config", cancellationToken);
        using (var content = new ByteArrayContent(document))
            (await server.Client.PutAsync(server.Bare, content, cancellationToken)).EnsureSuccessStatusCode();

        var strata = Request(server.Strata, $"/v1/tenants/{Brand.Tenant}/config", $"Authorization: Bearer {token}");
        var bare = Request(server.Bare, "/", $"Authorization: Bearer {token}");
        var known = Request(server.Strata, $"/v1/tenants/{Brand.Tenant}/config", $"Authorization: Bearer {token}", $"If-None-Match: {await ETagAsync(server, cancellationToken)}");
        (Uri Server, byte[] Request)[] subjects = [(server.Bare, bare), (server.Strata, strata), (server.Strata, known)];
        var results = subjects.Select(static _ => new List<Sample>()).ToArray();
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < subjects.Length; i++)
            {
                var sample = await MeasureAsync(server, subjects[i].Server, subjects[i].Request, cancellationToken);
                if (round > 0) // the first warms up
                    results[i].Add(sample);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Document of {document.Length:N0} bytes, {Connections} connections, {Rounds} rounds of {Round.TotalSeconds} s each by turns, medians\n"));
        Console.WriteLine("| what | requests/s | ratio | server's processor time a request, µs | ratio |\n|---|---|---|---|---|");
        string[] names = ["bare endpoint", "`GET /v1/tenants/{tenant}/config`", "the same, `304`"];
        var (rate, cost) = (Median(results[0], static at => at.Rate), Median(results[0], static at => at.Cost));
        for (var i = 0; i < names.Length; i++)
        {
            var (ownRate, ownCost) = (Median(results[i], static at => at.Rate), Median(results[i], static at => at.Cost));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {names[i]} | {ownRate:N0} | {ownRate / rate:F2} | {ownCost:F1} | {cost / ownCost:F2} |"));
        }
    }

    private static async Task<string> ETagAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        using var answer = await server.Client.GetAsync(new Uri($"/v1/tenants/{Brand.Tenant}/config", UriKind.Relative), cancellationToken);
        return answer.Headers.ETag!.ToString();
    }

    private static byte[] Request(Uri server, string path, params ReadOnlySpan<string?> headers) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\n{string.Join("\r\n", headers)}\r\n\r\n");

    private static async Task<Sample> MeasureAsync(ServerProcess server, Uri address, byte[] request, CancellationToken cancellationToken)
    {
        var (until, before) = (Environment.TickCount64 + (long)Round.TotalMilliseconds, server.ProcessorTime);
        // Blocking sockets on threads of their own cost least.
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Factory.StartNew(
            () => Drive(address, request, until), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var count = counts.Sum();
        return new Sample(count / Round.TotalSeconds, (server.ProcessorTime - before).TotalMicroseconds / count);
    }

    private static long Drive(Uri address, byte[] request, long until)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address.Host, address.Port);
        var buffer = new byte[256 * 1024];
        var (length, count) = (0, 0L);
        while (Environment.TickCount64 < until)
        {
            socket.Send(request);
            var read = 0;
            do
            {
                read += socket.Receive(buffer.AsSpan(read));
                length = length == 0 ? Length(buffer.AsSpan(0, read)) : length; // equal requests have answers of equal length
            }
            while (length == 0 || read < length);
            count++;
        }
        return count;
    }

    private static int Length(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;
        var head = Encoding.ASCII.GetString(answer[..end]);
        var status = head.Split(' ')[1];
        if (status is not ("200" or "304"))
            throw new InvalidOperationException(head);
        var length = head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))?["Content-Length: ".Length..];
        return end + 4 + (length is null || status == "304" ? 0 : int.Parse(length, CultureInfo.InvariantCulture));
    }

    private static double Median(IEnumerable<Sample> samples, Func<Sample, double> of) => samples.Select(of).Order().ElementAt(Rounds / 2);

    private readonly record struct Sample(double Rate, double Cost);
}
