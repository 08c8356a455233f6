using Npgsql;
using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>History is checked while people read and write: nobody is accused of what was written meanwhile, and nobody goes without a connection.</summary>
public sealed class VerifyingWhileInUseTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_in_both_databases_while_a_tenant_is_checked_is_no_finding()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await using var writer = bench.Another();
        var committed = new TaskCompletionSource();
        writer.At["tenant.commit.committed"] = () =>
        {
            committed.TrySetResult();
            return Task.CompletedTask;
        };

        // The check has looked at the shared database, and has not looked at the tenant's yet.
        await using var held = await HoldChecksAsync(bench);
        var check = bench.Verifier.VerifyTenantAsync(acme, Token);
        await WaitingAsync(bench, checks: 1);
        await writer.PlatformAsync("lumen");
        var write = writer.WriteAsync(acme, 3, Quota(63));
        await committed.Task.InTimeAsync(Token);
        await held.DisposeAsync();

        Assert.Null((await check).Reason);
        Assert.Null((await write).Error);
    }

    [Fact]
    public async Task Chains_are_valid_while_people_write_to_both_kinds_of_database()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await using var writer = bench.Another();

        var writing = WriteAsync(writer, acme, revisions: 40);
        var verdicts = new List<ChainVerdict>();
        while (!writing.IsCompleted)
            verdicts.AddRange(await bench.Verifier.VerifyAllAsync(Token).ToListAsync(Token));
        await writing;

        Assert.All(verdicts, verdict => Assert.Null(verdict.Reason));
    }

    [Fact]
    public async Task A_check_needs_one_connection_to_the_shared_database_at_a_time()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await using var small = bench.Another(("Storage:MaxSharedConnections", "2"));
        await using var taken = await small.Source.OpenConnectionAsync(Token);

        var verdicts = await Task.WhenAll(small.Verifier.VerifyTenantAsync(acme, Token), small.Verifier.VerifyTenantAsync(acme, Token), small.Verifier.VerifySharedAsync(Token));

        Assert.All(verdicts, verdict => Assert.Null(verdict.Reason));
    }

    [Fact]
    public async Task However_many_ask_for_a_check_others_find_connections()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await using var small = bench.Another(("Storage:MaxSharedConnections", "8"));

        await using var held = await HoldChecksAsync(bench);
        var checks = Task.WhenAll(Enumerable.Range(0, 24).Select(n => n % 2 == 0 ? small.Verifier.VerifyTenantAsync(acme, Token) : small.Verifier.VerifySharedAsync(Token)));
        await WaitingAsync(bench, checks: 2);
        var heads = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => small.HeadAsync(LayerKey.Platform(Brand))));
        await WaitingAsync(bench, checks: 2);
        await held.DisposeAsync();

        Assert.All(heads, head => Assert.Equal(3, head.Revision.Number));
        Assert.All(await checks, verdict => Assert.Null(verdict.Reason));
    }

    private static async Task WriteAsync(Workbench bench, TenantId tenant, int revisions)
    {
        for (var n = 0; n < revisions; n++)
        {
            await bench.CommitAsync(Change(LayerKey.Platform(Brand), 3 + n, Quota(700 + n)));
            await bench.WriteAsync(tenant, 3 + n, Quota(70 + n));
        }
    }

    /// <summary>Keeps every check waiting at the leaves, where it has its snapshot of the shared database, until what is given is disposed of.</summary>
    private static async Task<NpgsqlConnection> HoldChecksAsync(Workbench bench)
    {
        var connection = await bench.OpenAsync(null);
        await using var hold = new NpgsqlCommand("begin; lock table layer_leaf in access exclusive mode;", connection);
        await hold.ExecuteNonQueryAsync(Token);
        return connection;
    }

    private const string CountWaiting = """
        select count(*)
        from pg_locks
        where not granted and relation = 'layer_leaf'::regclass and mode = 'AccessShareLock'
          and database = (select oid from pg_database where datname = current_database())
        """;

    /// <summary>Waits until that many checks wait.</summary>
    private static Task WaitingAsync(Workbench bench, long checks) =>
        Waiting.UntilAsync(async () => checks.Equals(await bench.ExecuteAsync(CountWaiting)), Token, $"{checks} checks wait");
}
