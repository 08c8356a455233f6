using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Faults.Tests.Histories;

/// <summary>The line between servers and Redis, which can be cut and mended.</summary>
internal sealed class RedisLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly List<TcpClient> _ends = [];
    private readonly string _password;
    private readonly int _redis;
    private readonly Task _serving;
    private bool _isCut;

    /// <summary>A line to the server of a configuration string such as <c>127.0.0.1:6379,password=…</c>.</summary>
    public RedisLine(string redis)
    {
        var parts = redis.Split(':', ',', '=');
        (_redis, _password) = (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[^1]);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The configuration string of this end.</summary>
    public string ConnectionString => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port},password={_password}");

    /// <summary>Cuts every connection; new ones are cut at once.</summary>
    public void Cut()
    {
        lock (_ends)
        {
            _isCut = true;
            _ends.ForEach(end => end.Dispose());
            _ends.Clear();
        }
    }

    public void Mend()
    {
        lock (_ends)
            _isCut = false;
    }

    /// <summary>Redis loses everything.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var redis = new TcpClient();
        await redis.ConnectAsync(IPAddress.Loopback, _redis, cancellationToken);
        var stream = redis.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"*2\r\n$4\r\nAUTH\r\n${_password.Length}\r\n{_password}\r\n*1\r\n$8\r\nFLUSHALL\r\n"), cancellationToken);
        var answers = new byte["+OK\r\n+OK\r\n".Length];
        await stream.ReadExactlyAsync(answers, cancellationToken);
        Assert.Equal("+OK\r\n+OK\r\n", Encoding.ASCII.GetString(answers));
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        Cut();
        await _serving;
        _closed.Dispose();
    }

    private async Task ServeAsync()
    {
        var flows = new List<Task>();
        try
        {
            while (true)
                flows.Add(JoinAsync(await _listener.AcceptTcpClientAsync(_closed.Token)));
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(flows);
        }
    }

    private async Task JoinAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _redis, _closed.Token);
                var (here, there) = (near.GetStream(), far.GetStream());
                lock (_ends)
                {
                    if (_isCut)
                        return;
                    _ends.AddRange([near, far]);
                }
                await await Task.WhenAny(here.CopyToAsync(there, _closed.Token), there.CopyToAsync(here, _closed.Token));
            }
            catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // That is what cutting does.
            }
        }
    }
}
