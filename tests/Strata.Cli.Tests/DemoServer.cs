using Strata.Cli.Tests;
using Strata.Testing;

[assembly: AssemblyFixture(typeof(DemoServer))]
[assembly: AssemblyFixture(typeof(Servers))]

namespace Strata.Cli.Tests;

/// <summary>One `strata up` with the demo brands, for all tests that only need tenants of their own.</summary>
public sealed class DemoServer : IAsyncDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly SemaphoreSlim _starting = new(1);
    private UpProcess? _up;

    /// <summary>A shell whose token may do everything.</summary>
    internal async Task<Shell> ShellAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            _up ??= await UpProcess.StartAsync(_data.Path, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }

        return new Shell().With("STRATA_URL", _up.Url).With("STRATA_TOKEN", _up.Token);
    }

    /// <summary>Where it listens, and a token for everything; after a shell was taken.</summary>
    internal (string Url, string Token) Connection => (_up!.Url, _up.Token);

    public async ValueTask DisposeAsync()
    {
        if (_up is not null)
            await _up.DisposeAsync();
        _data.Dispose();
        _starting.Dispose();
    }
}
