using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Faults.Tests.Processes;

namespace Strata.Faults.Tests.Crashes;

/// <summary>
/// One seed: clients write at random, a server is killed in the middle, another one takes over, everybody asks again for the answers that they did not
/// get. Ends with nothing under way.
/// </summary>
internal sealed class CrashRun(World world, Plan plan, CancellationToken cancellationToken) : IDisposable
{
    private const int Clients = 3;
    private const int DeedsEach = 5;

    private readonly Random _random = new(plan.Seed);
    private readonly SemaphoreSlim _starting = new(1);
    private readonly List<Deed> _deeds = [];
    private readonly List<string> _wrong = [];
    private readonly CancellationTokenSource _clientsDone = new();
    private Task _accident = Task.CompletedTask;
    private StrataProcess _server = null!;
    private StrataProcess? _replica;
    private Caller _admin = null!;
    private int _values;

    /// <summary>What no reader should have seen.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>The steps at which servers were killed.</summary>
    public List<string> Died { get; } = [];

    /// <summary>Runs to the end and tells what is wrong.</summary>
    public async Task<List<string>> RunAsync()
    {
        await BeginAsync();
        using (_admin)
        {
            using var readers = new CancellationTokenSource();
            var reading = ReadAsync(readers.Token);
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => ClientAsync(client, new Random((plan.Seed * Clients) + client))));
            await DieAsync();
            await TakeUpAsync();
            await readers.CancelAsync();
            await reading;
            return _wrong.Count > 0 ? _wrong : [.. await new Checks(world, _server, _admin, cancellationToken).RunAsync(_deeds)];
        }
    }

    private string Tenant(int number) => string.Create(CultureInfo.InvariantCulture, $"t{plan.Seed}-{number}");

    private string Mark(string what) => string.Create(CultureInfo.InvariantCulture, $"m{plan.Seed}-{what}");

    private async Task BeginAsync()
    {
        // A trap that has shut once does not tell of the next time.
        if (world.Survivor is { Reached.IsCompleted: true } used)
            await used.KillAsync();
        _server = world.Survivor is { IsAlive: true } survivor ? survivor : await world.StartAsync(null, cancellationToken);
        _admin = await Caller.AdminAsync(_server, cancellationToken);
        await _admin.InsistAsync(_server, new Ask("POST", "/v1/platforms", $$"""{"id":"{{World.Brand}}","displayName":"Brand"}"""), cancellationToken);
        foreach (var number in plan.FirstMakes ? (int[])[] : [0, 1])
            await InsistAsync(Add(Creation(number)));
        var order = plan.KillsDatabase ? plan.First?.Freezing : plan.First?.Deadly;
        if (plan.FirstMigrates)
        {
            await _server.KillAsync();
            world.Migrations++;
            _server = await world.StartAsync(order, cancellationToken);
        }
        else if (order is not null)
        {
            await _server.ObeyAsync(order);
        }
        if (plan.KillsDatabase)
            _accident = AccidentAsync(_clientsDone.Token);
        if (plan.HasReplica)
            _replica = await world.StartAsync(null, cancellationToken);
    }

    private Deed Creation(int number) => Deed.Creation(Mark(string.Create(CultureInfo.InvariantCulture, $"make{number}")), Tenant(number), World.Brand);

    private Deed Add(Deed deed)
    {
        lock (_deeds)
            _deeds.Add(deed);
        return deed;
    }

    private async Task ClientAsync(int client, Random random)
    {
        if (plan.FirstMakes && client < 2)
            await TryAsync(Add(Creation(client)), random);
        for (var number = 0; number < DeedsEach; number++)
        {
            var server = Living(random);
            if (server is null)
                return;
            if (await NextAsync(server, client, number, random) is { } deed)
                await TryAsync(Add(deed), random);
        }
    }

    private StrataProcess? Living(Random random) =>
        _replica is not null && (!_server.IsAlive || random.Next(2) == 0) ? _replica : _server.IsAlive ? _server : null;

    private async Task<Deed?> NextAsync(StrataProcess server, int client, int number, Random random)
    {
        var (mark, tenant) = (Mark(string.Create(CultureInfo.InvariantCulture, $"{client}-{number}")), Tenant(random.Next(2)));
        var value = (plan.Seed * 1000) + Interlocked.Increment(ref _values);
        // Where somebody applies nobody else writes the brand, and the next apply waits for the end of the last: whoever asks again for an answer that
        // did not come has the documents of the request imposed again.
        if (client == 0 && plan.Seed % 2 == 0 && random.Next(2) == 0)
            return IsApplying ? null : Deed.Apply(mark, World.Brand, Tenant(9), value);
        switch (random.Next(10))
        {
            case 0:
                return Deed.Creation(mark, Tenant(10 + (client * DeedsEach) + number), World.Brand);
            case 1:
                return Deed.Status(mark, tenant, suspend: random.Next(2) == 0);
            case 2 or 3 when plan.Seed % 2 == 1:
                return await ETagAsync(server, $"/v1/platforms/{World.Brand}/config?layer=own") is { } brand ? Deed.Platform(mark, World.Brand, value, brand) : null;
            case 4:
                return await ETagAsync(server, $"/v1/tenants/{tenant}") is { } attributes ? Deed.Rename(mark, tenant, attributes) : null;
            default:
                return await ETagAsync(server, $"/v1/tenants/{tenant}/overrides") is { } etag ? Deed.Overrides(mark, tenant, value, etag) : null;
        }
    }

    private bool IsApplying
    {
        get
        {
            lock (_deeds)
                return _deeds.Exists(deed => deed is { Kind: DeedKind.Apply, Answer: null });
        }
    }

    private async Task<string?> ETagAsync(StrataProcess server, string path) =>
        await _admin.GetAsync(server, path, cancellationToken) is { IsOk: true } got ? got.ETag : null;

    private async Task TryAsync(Deed deed, Random random)
    {
        if (Living(random) is { } server && await _admin.SendAsync(server, deed.Ask, cancellationToken) is { IsFinal: true } got)
            deed.Answer = got;
    }

    private async Task DieAsync()
    {
        await _clientsDone.CancelAsync();
        await _accident;
        if (!plan.KillsDatabase && _server.IsAlive)
            await _server.KillAsync();
    }

    /// <summary>Kills PostgreSQL while the server stands still at the step, or at the end when it never comes there.</summary>
    private async Task AccidentAsync(CancellationToken clientsDone)
    {
        var never = Task.Delay(Timeout.Infinite, clientsDone);
        var isReached = await Task.WhenAny(_server.Reached, never) != never;
        // It may come there at the last moment, and would not hear the order then.
        if (!isReached)
            await _server.ContinueUntilAsync(_server.ObeyAsync(""), cancellationToken);
        await world.KillDatabaseAsync(cancellationToken);
        Died.Add(isReached ? await _server.Reached : "anywhere");
        if (_server.Reached.IsCompleted)
            await _server.ContinueUntilAsync(_server.Woken, cancellationToken);
    }

    /// <summary>Somebody else goes on: after the leases every request without an answer is repeated under its key, and the workers finish the rest.</summary>
    private async Task TakeUpAsync()
    {
        if (plan.SecondMigrates)
            world.Migrations++;
        if (plan.SecondMakes)
            Add(Creation(2));
        await ReviveAsync(plan.Second?.Deadly);
        var unknown = _deeds.Where(deed => deed.Answer is null).OrderBy(_ => _random.Next()).ToList();
        await Task.WhenAll(unknown.Select(InsistAsync));
        if (_replica is not null)
            await _replica.KillAsync();
        await QuietAsync();
        await _server.ObeyAsync("");
        world.Survivor = _server;
    }

    private async Task InsistAsync(Deed deed)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            var got = await _admin.SendAsync(await LivingAsync(), deed.Ask, cancellationToken);
            if (got.IsFinal)
            {
                deed.Answer = got;
                return;
            }
            await Task.Delay(50, cancellationToken);
        }
        _wrong.Add($"{deed.Mark} never gets an answer: {await _admin.SendAsync(_server, deed.Ask, cancellationToken)}\n{_server.LastWords}");
    }

    /// <summary>The server, or the one after it.</summary>
    private async Task<StrataProcess> LivingAsync()
    {
        if (!_server.IsAlive)
            await ReviveAsync(order: null);
        return _server;
    }

    private async Task ReviveAsync(string? order)
    {
        if (_server.IsAlive)
            await world.LeasesEndAsync(cancellationToken);

        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_server.IsAlive)
                return;
            Died.Add(await _server.DeathAsync() ?? "anywhere");
            await world.LeasesEndAsync(cancellationToken);
            _server = await world.StartAsync(order, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    private const string UnderWay = """
        select 'intent ' || id from intent
        union all select 'creation ' || tenant from tenant_creation
        union all select 'key ' || key from idempotency where status is null
        union all select 'run ' || id from fleet_migration where finished_at is null
        union all select 'behind ' || id from tenant where migration < (select max(migration) from tenant)
        """;

    /// <summary>Waits until nothing is under way any more.</summary>
    private async Task QuietAsync()
    {
        for (var tries = 0; tries < 600; tries++)
        {
            await LivingAsync();
            if ((await world.ReadAsync(UnderWay, cancellationToken)).Count == 0)
                return;
            await world.LeasesEndAsync(cancellationToken);
            await Task.Delay(50, cancellationToken);
        }
        _wrong.Add($"Still under way: {string.Join(", ", await world.ReadAsync(UnderWay, cancellationToken))}\n{_server.LastWords}");
    }

    /// <summary>Reads what is in force all the time: whatever a write changes in two places is seen in both or in none.</summary>
    private async Task ReadAsync(CancellationToken stop)
    {
        var random = new Random(plan.Seed);
        while (!stop.IsCancellationRequested)
        {
            if (Living(random) is { } server
                && await _admin.GetAsync(server, $"/v1/tenants/{Tenant(random.Next(2))}/config", CancellationToken.None) is { IsOk: true } got
                && Torn(got) is { } torn)
                _wrong.Add($"Half of a write shows: {torn}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _starting.Dispose();
        _clientsDone.Dispose();
    }

    /// <summary>Two values that belong together and differ.</summary>
    public static string? Torn(Got effective)
    {
        var quotas = effective.Json["quotas"] as JsonObject ?? [];
        (string, string)[] pairs = [("requestsPerMinute", "users"), ("requestsPerMonth", "tokensPerMinute"), ("storageGb", "concurrentRequests")];
        return Array.Exists(pairs, pair => quotas[pair.Item1]?.ToJsonString() != quotas[pair.Item2]?.ToJsonString()) ? quotas.ToJsonString() : null;
    }
}
