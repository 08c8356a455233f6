using System.Globalization;
using Strata.Faults.Tests.Crashes;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Histories;

/// <summary>Two server processes over one database and one Redis, which is cut off and emptied all the time.</summary>
public sealed class MinRevisionTests(Servers servers)
{
    private const int Clients = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_with_minRevision_never_goes_back()
    {
        await using var line = new RedisLine(await servers.RedisAsync(Token));
        await using var world = new World(await servers.CreateDatabaseAsync(Token), line.ConnectionString);
        StrataProcess[] replicas = [await world.StartAsync(null, Token), await world.StartAsync(null, Token)];
        using var admin = await Caller.AdminAsync(replicas[0], Token);
        await MustAsync(admin, replicas[0], new Ask("POST", "/v1/platforms", """{"id":"dcoder","displayName":"Brand"}"""));
        await MustAsync(admin, replicas[0], new Ask("POST", "/v1/tenants", """{"id":"acme","platform":"dcoder","displayName":"Tenant"}"""));

        foreach (var seed in Seeds.Of(few: 2, many: 100))
        {
            var history = new History();
            using var over = new CancellationTokenSource();
            var trouble = TroubleAsync(line, new Random(seed), over.Token);
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => new Client(replicas, admin, history, new Random((seed * Clients) + client)).RunAsync(steps: 40)));
            await over.CancelAsync();
            await trouble;

            Assert.True(history.Reads > 0);
            Assert.True(!history.Faults().Any(), $"{Seeds.Reproduction(seed, nameof(A_read_with_minRevision_never_goes_back))}\n{string.Join('\n', history.Faults())}");
        }
    }

    private static async Task MustAsync(Caller admin, StrataProcess server, Ask ask)
    {
        var got = await admin.InsistAsync(server, ask, Token);
        Assert.True(got.IsOk, got.ToString());
    }

    private static async Task TroubleAsync(RedisLine line, Random random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(random.Next(100), CancellationToken.None);
            line.Cut();
            await line.FlushAsync(Token);
            await Task.Delay(random.Next(300), CancellationToken.None);
            line.Mend();
            await Task.Delay(random.Next(300), CancellationToken.None);
            await line.FlushAsync(Token);
        }
        line.Mend();
    }

    /// <summary>Writes and reads through either replica. Reads pass what the client has seen or heard of.</summary>
    private sealed class Client(StrataProcess[] replicas, Caller admin, History history, Random random)
    {
        private string? _seen;

        public async Task RunAsync(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                var replica = replicas[random.Next(replicas.Length)];
                if (random.Next(5) == 0)
                    await WriteAsync(replica, "platform", "/v1/platforms/dcoder/config", "storageGb");
                else if (random.Next(4) == 0)
                    await WriteAsync(replica, "tenant", "/v1/tenants/acme/overrides", "users");
                else if (random.Next(4) == 0)
                    await MoveAsync(replica);
                else
                    await ReadAsync(replica);
            }
        }

        private Task WriteAsync(StrataProcess replica, string layer, string path, string quota)
        {
            var value = random.Next(1, int.MaxValue);
            var ask = new Ask("PATCH", path, string.Create(CultureInfo.InvariantCulture, $$$"""{"quotas":{"{{{quota}}}":{{{value}}}}}"""));
            return WriteAsync(replica, layer, ask, value);
        }

        /// <summary>Takes the tenant into the segment, with a value, or out of it.</summary>
        private Task MoveAsync(StrataProcess replica)
        {
            var value = random.Next(2) == 0 ? History.Nobody : random.Next(1, int.MaxValue);
            var segment = value == History.Nobody
                ? """{"match":{"tenants":[]}}"""
                : string.Create(CultureInfo.InvariantCulture, $$$$"""{"match":{"all":true},"config":{"quotas":{"concurrentRequests":{{{{value}}}}}}}""");
            return WriteAsync(replica, "segment.gold", new Ask("PUT", "/v1/platforms/dcoder/segments/gold", segment), value);
        }

        private async Task WriteAsync(StrataProcess replica, string layer, Ask ask, int value)
        {
            var got = await admin.InsistAsync(replica, ask with { IfMatch = "*", Key = Guid.CreateVersion7().ToString() }, Token);
            // An unbound write may lose to others too often; then it says so.
            if (!got.IsOk)
                return;
            history.Wrote(layer, (long)got.Json["revision"]!, value);
            _seen = got.Vector;
        }

        private async Task ReadAsync(StrataProcess replica)
        {
            var minimum = random.Next(10) == 0 ? null : _seen;
            var got = await admin.InsistAsync(replica, new Ask("GET", $"/v1/tenants/acme/config{(minimum is null ? "" : $"?minRevision={Uri.EscapeDataString(minimum)}")}"), Token);
            var values = new Dictionary<string, int>(StringComparer.Ordinal);
            if (got.Json["quotas"]?["storageGb"] is { } storage)
                values["platform"] = (int)storage;
            if (got.Json["quotas"]?["users"] is { } users)
                values["tenant"] = (int)users;
            if (got.Vector!.Contains(";segment.gold:", StringComparison.Ordinal) && got.Json["quotas"]?["concurrentRequests"] is { } concurrent)
                values["segment.gold"] = (int)concurrent;
            history.Saw(new Read(minimum, got.Vector!, got.ETag!, values));
            _seen = got.Vector;
        }
    }
}
