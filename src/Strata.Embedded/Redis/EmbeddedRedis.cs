using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Garnet;
using Garnet.common;

namespace Strata.Embedded.Redis;

/// <summary>How the embedded Redis-compatible server is run.</summary>
public sealed record EmbeddedRedisOptions
{
    /// <summary>The port on 127.0.0.1. Null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Memory for values in MiB; the oldest are dropped when it is full, as in any cache.</summary>
    public int MemoryMegabytes { get; init; } = 64;
}

/// <summary>
/// A Redis-compatible server (Garnet) inside this process on 127.0.0.1, with Lua and publish/subscribe, without streams and keyspace events.
/// It keeps nothing on disk.
/// </summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    private readonly GarnetServer _server;

    private EmbeddedRedis(GarnetServer server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
    }

    /// <summary>How to reach it, in the form of StackExchange.Redis. Holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts the server; ready for connections when the task ends.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="progress">Gets a line for each step that takes time.</param>
    /// <param name="cancellationToken">Gives up before the start.</param>
    /// <exception cref="EmbeddedServerException">The port is taken.</exception>
    public static Task<EmbeddedRedis> StartAsync(EmbeddedRedisOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("Starting the Redis-compatible server");
        return Task.Run(() => Start(options), cancellationToken);
    }

    /// <summary>Stops the server.</summary>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static EmbeddedRedis Start(EmbeddedRedisOptions options)
    {
        var password = RandomNumberGenerator.GetHexString(40, lowercase: true);
        for (var attempt = 1; ; attempt++)
        {
            var port = (options.Port ?? LoopbackPort.Free()).ToString(CultureInfo.InvariantCulture);
            var memory = string.Create(CultureInfo.InvariantCulture, $"{options.MemoryMegabytes}m");
            GarnetServer? server = null;
            try
            {
                server = new GarnetServer(
                [
                    "--port", port, "--bind", "127.0.0.1", "-q", "--lua", "--lua-transaction-mode",
                    "--auth", "Password", "--password", password, "--memory", memory, "--page", "4m", "--index", "4m",
                ]);
                server.Start();
                return new EmbeddedRedis(server, $"127.0.0.1:{port},password={password}");
            }
            catch (GarnetException e) when (e.GetBaseException() is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                server?.Dispose();
                if (options.Port is not null || attempt == 5)
                    throw new EmbeddedServerException(EmbeddedFailure.PortInUse, $"The Redis-compatible server cannot listen on 127.0.0.1:{port}: the port is in use.", e);
            }
        }
    }
}
