using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Strata.Embedded;

/// <summary>An HTTP listener on 127.0.0.1 that can go away and come back at the same port, which stays its own meanwhile.</summary>
/// <param name="port">The port. Null takes a free one.</param>
/// <param name="answer">Answers every request.</param>
internal sealed class SimulatedListener(int? port, RequestDelegate answer) : IAsyncDisposable
{
    private HeldPort? _held;
    private bool _hasBeenUp;
    private WebApplication? _app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port ?? _held?.Number}/"));

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
            var tried = port ?? (_held ??= new HeldPort()).Number;
            var app = Build(tried);
            try
            {
                await app.StartAsync(cancellationToken);
                (_app, _hasBeenUp) = (app, true);
                return;
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                await app.DisposeAsync();
                if (port is not null || _hasBeenUp || attempt == 5)
                    throw new EmbeddedServerException(EmbeddedFailure.PortInUse, $"The simulator cannot listen on 127.0.0.1:{tried}: the port is in use.", e);
                _held!.Dispose();
                _held = null;
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

    /// <summary>Stops for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _held?.Dispose();
    }

    private WebApplication Build(int number)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, number);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddLogging();
        var app = builder.Build();
        app.Run(answer);
        return app;
    }
}
