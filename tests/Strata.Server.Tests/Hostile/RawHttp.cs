using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Server.Tests.Hostile;

/// <summary>Sends bytes that no client would send, each exchange on a connection of its own.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Sends everything, then reads one answer. A server that stops listening in the middle is heard all the same.</summary>
    public static async Task<RawAnswer> SendAsync(Uri server, params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var cancellationToken = patience.Token;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port, cancellationToken);
        var reading = ReadAnswerAsync(socket, cancellationToken);
        try
        {
            foreach (var piece in pieces)
            {
                if (reading.IsCompleted)
                    break;
                await socket.SendAsync(piece, cancellationToken);
            }
        }
        catch (SocketException)
        {
            // What it said before it hung up is what counts.
        }
        return RawAnswer.Parse(await reading);
    }

    /// <summary>The bytes of a request's first line and headers.</summary>
    public static byte[] Head(string requestLine, params IEnumerable<string> headers) =>
        Encoding.Latin1.GetBytes(string.Join("\r\n", [requestLine, "Host: strata", "Connection: close", .. headers, "", ""]));

    private static async Task<byte[]> ReadAnswerAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (!IsWhole(all.GetBuffer().AsSpan(0, (int)all.Length)) && await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var read)
                all.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // Reset by the server after its answer.
        }
        return all.ToArray();
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        if (answer.IndexOf("\r\n\r\n"u8) is var end && end < 0)
            return false;
        return Encoding.ASCII.GetString(answer[..end]).Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) is { } length
            && answer.Length >= end + 4 + int.Parse(length["Content-Length: ".Length..], CultureInfo.InvariantCulture);
    }
}

/// <summary>What came back over a raw connection.</summary>
/// <param name="Status">The status; 0 when nothing came.</param>
/// <param name="Headers">The headers as they came.</param>
/// <param name="Body">The body, chunks put together.</param>
internal sealed record RawAnswer(int Status, string Headers, string Body)
{
    /// <summary>The code in the envelope; <c>null</c> when the body is none.</summary>
    public string? Code => Body.StartsWith('{') ? (string?)JsonNode.Parse(Body)?["error"]?["code"] : null;

    public bool IsEnvelope => Body.StartsWith('{') && JsonNode.Parse(Body)?["error"] is { } error
        && error["code"] is not null && error["message"] is not null && error["details"]?["requestId"] is not null;

    public override string ToString() => $"{Status} {(Body.Length > 300 ? Body[..300] : Body)}";

    public static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return new RawAnswer(0, "", text);
        var (headers, body) = (text[..end], text[(end + 4)..]);
        if (headers.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
            body = Unchunk(body);
        return new RawAnswer(int.Parse(headers.Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    private static string Unchunk(string body)
    {
        var whole = new StringBuilder();
        while (body.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and var line && int.Parse(body[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            whole.Append(body.AsSpan(line + 2, length));
            body = body[(line + 4 + length)..];
        }
        return whole.ToString();
    }
}
