using System.Net;
using System.Net.Sockets;

namespace Strata.Storage.Tests.Tenants;

/// <summary>A server that takes every connection and says nothing, as one behind a firewall that swallows packets.</summary>
internal sealed class SilentServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _callers = [];
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private bool _isHungUp;

    public SilentServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How often somebody has connected.</summary>
    public int Calls
    {
        get
        {
            lock (_gate)
                return _callers.Count;
        }
    }

    /// <summary>The server as a cluster, for which callers have more patience than the test.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Database=a;Username=b;Password=c;Timeout=600;SSL Mode=Disable;GSS Encryption Mode=Disable";

    /// <summary>Ends every connection, and each later one as soon as it comes.</summary>
    public void HangUp()
    {
        lock (_gate)
        {
            _isHungUp = true;
            _callers.ForEach(static caller => caller.Dispose());
        }
    }

    public async ValueTask DisposeAsync()
    {
        HangUp();
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptSocketAsync();
                lock (_gate)
                {
                    _callers.Add(caller);
                    if (_isHungUp)
                        caller.Dispose();
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
