using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Strata.Embedded;

/// <summary>An HTTP listener on 127.0.0.1 that can go away and come back at the same port.</summary>
/// <param name="port">The port. Null takes a free one.</param>
/// <param name="answer">Answers every request.</param>
internal sealed class SimulatedListener(int? port, RequestDelegate answer)
{
    private int? _port = port;
    private WebApplication? _app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/"));

    /// <summary>Whether it listens.</summary>
    public bool IsUp => _app is not null;

    /// <summary>Starts to listen; does nothing when it listens already.</summary>
    /// <exception cref="EmbeddedServerException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
            return;
        for (var attempt = 1; ; attempt++)
        {
            var tried = _port ?? LoopbackPort.Free();
            var app = Build(tried);
            try
            {
                await app.StartAsync(cancellationToken);
                (_app, _port) = (app, tried);
                return;
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                await app.DisposeAsync();
                if (_port is not null || attempt == 5)
                    throw new EmbeddedServerException(EmbeddedFailure.PortInUse, $"The simulator cannot listen on 127.0.0.1:{tried}: the port is in use.", e);
            }
        }
    }

    /// <summary>Stops to listen and cuts open connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
            return;
        using var now = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddLogging();
        var app = builder.Build();
        app.Run(answer);
        return app;
    }
}
