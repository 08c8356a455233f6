using System.Net;
using System.Net.Sockets;

namespace Strata.Embedded;

/// <summary>
/// A port on 127.0.0.1 that the system gives to nobody by chance as long as it is held: connections to it are refused, and who names it may listen there,
/// stop, and come back. So on Linux; elsewhere it is a port that was free a moment ago.
/// </summary>
public sealed class HeldPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes a free one.</summary>
    public HeldPort()
    {
        // Linux lets one socket listen beside others that are only bound, where all of them ask for it, as servers do.
        if (OperatingSystem.IsLinux())
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Number = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        if (!OperatingSystem.IsLinux())
            _socket.Dispose();
    }

    /// <summary>The port.</summary>
    public int Number { get; }

    /// <summary>Lets it go; who listens there goes on.</summary>
    public void Dispose() => _socket.Dispose();
}
