using System.Globalization;
using System.Net;
using Strata.Faults.Tests.Crashes;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Races;

/// <summary>Many writers of one tenant at a time, against a server in a process of its own.</summary>
public sealed class RaceTests(Servers servers)
{
    private const string Tenant = "acme";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_500_writers_of_one_tenant_exactly_the_winners_are_in_its_history()
    {
        await using var race = await Race.StartAsync(servers, Token);
        await race.TenantAsync(Tenant, "{}");

        var tries = await Task.WhenAll(Enumerable.Range(1, 500).Select(writer => race.WriteAsync(Tenant, writer)));

        Assert.All(tries, attempt => Assert.True(attempt.IsDecided, attempt.Got.ToString()));
        Assert.Contains(tries, attempt => !attempt.Got.IsOk);
        await race.ExpectHistoryAsync(Tenant, tries);
    }

    [Theory]
    [InlineData("platform")]
    [InlineData("segment")]
    public async Task While_the_layers_above_tighten_no_write_and_no_read_gets_past_them(string layer)
    {
        await using var race = await Race.StartAsync(servers, Token);
        await race.TenantAsync(Tenant, Race.Ceiling(1000));
        var ceilings = new List<(long Tightened, int Ceiling)>();
        using var done = new CancellationTokenSource();

        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var random = new Random(writer);
            var tries = new List<Attempt>();
            while (!done.IsCancellationRequested)
                tries.Add(await race.WriteAsync(Tenant, random.Next(1, 1000)));
            return tries;
        }));
        var reading = race.ReadAsync(Tenant, done.Token);
        for (var ceiling = 900; ceiling >= 100; ceiling -= 100)
        {
            await race.TightenAsync(layer, ceiling);
            ceilings.Add((race.Now, ceiling));
        }
        await done.CancelAsync();
        var attempts = (await writing).SelectMany(tries => tries).ToArray();

        int CeilingAt(long moment) => ceilings.LastOrDefault(step => step.Tightened <= moment, (0, 1000)).Ceiling;
        Assert.DoesNotContain(attempts, attempt => attempt.Got.IsOk && attempt.Value > CeilingAt(attempt.Asked));
        Assert.Contains(attempts, attempt => attempt.Got.IsOk);
        Assert.DoesNotContain(await reading, read => read.Value > CeilingAt(read.Asked));
        await race.ExpectHistoryAsync(Tenant, attempts);
    }

    [Fact]
    public async Task What_a_tenants_admin_writes_while_it_is_suspended_is_refused()
    {
        await using var race = await Race.StartAsync(servers, Token);
        await race.TenantAsync(Tenant, "{}");
        using var admin = await race.AdminOfAsync(Tenant);
        var suspended = new List<(long From, long To)>();
        var won = 0;
        using var done = new CancellationTokenSource();

        var writing = Task.WhenAll(Enumerable.Range(1, 8).Select(async writer =>
        {
            var tries = new List<Attempt>();
            for (var n = 0; !done.IsCancellationRequested; n++)
            {
                tries.Add(await race.WriteAsync(Tenant, (1000 * writer) + n, admin));
                Interlocked.Add(ref won, tries[^1].Got.IsOk ? 1 : 0);
            }
            return tries;
        }));
        for (var times = 0; times < 5; times++)
        {
            var before = Volatile.Read(ref won);
            await Waiting.UntilAsync(() => Volatile.Read(ref won) > before || writing.IsCompleted, Token, "a write while the tenant is active");
            await race.AskAsync("POST", $"/v1/tenants/{Tenant}/suspend");
            var from = race.Now;
            await race.AskAsync("GET", $"/v1/tenants/{Tenant}/revisions");
            suspended.Add((from, race.Now));
            await race.AskAsync("POST", $"/v1/tenants/{Tenant}/resume");
            await race.AskAsync("GET", $"/v1/tenants/{Tenant}/revisions");
        }
        await done.CancelAsync();
        var attempts = (await writing).SelectMany(tries => tries).ToArray();

        Assert.DoesNotContain(attempts, attempt => attempt.Got.IsOk && suspended.Exists(time => time.From <= attempt.Asked && attempt.Answered <= time.To));
        Assert.All(attempts, attempt => Assert.True(attempt.IsDecided || attempt.Got.Status == HttpStatusCode.Conflict, attempt.Got.ToString()));
        Assert.Contains(attempts, attempt => attempt.Got.IsOk);
        await race.ExpectHistoryAsync(Tenant, attempts);
    }
}

/// <summary>One read-modify-write.</summary>
/// <param name="Mark">Its comment in history.</param>
/// <param name="Value">What it wrote.</param>
/// <param name="Got">The answer.</param>
/// <param name="Asked">When the write was sent.</param>
/// <param name="Answered">When the answer was there.</param>
internal sealed record Attempt(string Mark, int Value, Got Got, long Asked, long Answered)
{
    public bool IsDecided => Got.IsOk || Got.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.UnprocessableEntity;
}

/// <summary>A server with brand `dcoder`, and what happens to one tenant of it from many sides.</summary>
internal sealed class Race : IAsyncDisposable
{
    private readonly World _world;
    private readonly StrataProcess _server;
    private readonly Caller _admin;
    private readonly CancellationToken _cancel;
    private int _marks;

    private Race(World world, StrataProcess server, Caller admin, CancellationToken cancel) => (_world, _server, _admin, _cancel) = (world, server, admin, cancel);

    /// <summary>A moment to compare others with.</summary>
    public long Now => TimeProvider.System.GetTimestamp();

    public static async Task<Race> StartAsync(Servers servers, CancellationToken cancel)
    {
        var world = new World(await servers.CreateDatabaseAsync(cancel), await servers.RedisAsync(cancel));
        var server = await world.StartAsync(null, cancel);
        return new Race(world, server, await Caller.AdminAsync(server, cancel), cancel);
    }

    public static string Ceiling(int value) => string.Create(CultureInfo.InvariantCulture, $$$"""{"quotas":{"requestsPerMinute":{{{value}}}}}""");

    /// <summary>The brand with a document, a segment of everybody, and a tenant.</summary>
    public async Task TenantAsync(string tenant, string document)
    {
        var own = document.Length > 2 ? $",{document[1..^1]}" : "";
        await AskAsync("POST", "/v1/apply", $$"""
            {"items":[
              {"kind":"platform","id":"dcoder","document":{"displayName":"Brand"{{own}} } },
              {"kind":"segment","id":"all","platform":"dcoder","document":{{Segment(document)}} },
              {"kind":"tenant","id":"{{tenant}}","platform":"dcoder","document":{"displayName":"Tenant"} }]}
            """);
    }

    public Task<Caller> AdminOfAsync(string tenant) => Caller.OfTenantAsync(_server, tenant, _cancel);

    public Task TightenAsync(string layer, int ceiling) => layer == "platform"
        ? AskAsync("PATCH", "/v1/platforms/dcoder/config", Ceiling(ceiling))
        : AskAsync("PUT", "/v1/platforms/dcoder/segments/all", Segment(Ceiling(ceiling)));

    /// <summary>Something that must succeed.</summary>
    public async Task AskAsync(string method, string path, string? body = null)
    {
        var got = await _admin.InsistAsync(_server, new Ask(method, path, body) { IfMatch = method is "PATCH" or "PUT" ? "*" : null }, _cancel);
        Assert.True(got.IsOk, $"{method} {path}: {got}");
    }

    /// <summary>Reads the tenant's overrides and writes a value on what it read.</summary>
    public async Task<Attempt> WriteAsync(string tenant, int value, Caller? caller = null)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"w{Interlocked.Increment(ref _marks)}");
        var read = await (caller ?? _admin).InsistAsync(_server, new Ask("GET", $"/v1/tenants/{tenant}/overrides"), _cancel);
        var asked = Now;
        var ask = new Ask("PATCH", $"/v1/tenants/{tenant}/overrides?comment={mark}", Ceiling(value)) { IfMatch = read.ETag, Key = mark };
        var got = await (caller ?? _admin).InsistAsync(_server, ask, _cancel);
        // The same value again is a success that makes no revision.
        return new Attempt(got.IsOk && got.ETag == read.ETag ? "" : mark, value, got, asked, Now);
    }

    /// <summary>Reads what is in force until told to stop.</summary>
    public async Task<List<(long Asked, int Value)>> ReadAsync(string tenant, CancellationToken stop)
    {
        var reads = new List<(long, int)>();
        while (!stop.IsCancellationRequested)
        {
            // Without minRevision a server may be one signal old; its own writes it knows at once.
            var asked = Now;
            var got = await _admin.InsistAsync(_server, new Ask("GET", $"/v1/tenants/{tenant}/config"), _cancel);
            reads.Add((asked, (int)got.Json["quotas"]!["requestsPerMinute"]!));
        }
        return reads;
    }

    /// <summary>The winners and nobody else are in the tenant's history, one after the other.</summary>
    public async Task ExpectHistoryAsync(string tenant, IReadOnlyCollection<Attempt> attempts)
    {
        var history = new List<(long Number, string Mark)>();
        string? cursor = null;
        do
        {
            var page = await _admin.InsistAsync(_server, new Ask("GET", $"/v1/tenants/{tenant}/revisions?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}"), _cancel);
            history.AddRange(page.Json["items"]!.AsArray().Select(item => ((long)item!["number"]!, (string)item["comment"]!)));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);
        history.Reverse();
        var winners = attempts.Where(attempt => attempt.Got.IsOk && attempt.Mark.Length > 0).Select(attempt => ((long)attempt.Got.Json["revision"]!, attempt.Mark)).Order();
        Assert.Equal(winners, history);
        Assert.Equal(Enumerable.Range(1, history.Count), history.Select(revision => (int)revision.Number));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _world.DisposeAsync();
    }

    private static string Segment(string document) => $$"""{"displayName":"All","priority":1,"match":{"all":true},"config":{{document}}}""";
}
