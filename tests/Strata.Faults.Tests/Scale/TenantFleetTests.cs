using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Scale;

/// <summary>One machine, many tenants, servers that die: 20 of them, with <c>STRATA_LONG=1</c> 1,000.</summary>
public sealed class TenantFleetTests(TenantFleet fleet) : IClassFixture<TenantFleet>
{
    private const int Callers = 100;
    private const int MostConnections = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_apply_of_many_tenants_whose_server_was_killed_tells_how_far_it_came_and_goes_on_with_the_same_command()
    {
        var (killed, again, left) = fleet.Applied;

        Assert.True(killed.ExitCode != 0 && killed.Error.Contains($"10 of {fleet.Count} tenants\n", StringComparison.Ordinal), killed.ToString());
        Assert.Contains($"of {fleet.Count} tenants, which are done. The same command goes on.", killed.Error, StringComparison.Ordinal);
        Assert.True(again.ExitCode == 0 && again.Error.EndsWith($"{fleet.Count} of {fleet.Count} tenants\n", StringComparison.Ordinal), again.ToString());
        Assert.Contains($"Nothing to do: all {fleet.Count + 1} items are as the files say.", left.Out, StringComparison.Ordinal);
        Assert.Equal(
            [$"{fleet.Count} {fleet.Count} 0"],
            await fleet.World.ReadAsync("select count(*) || ' ' || count(distinct database_name) || ' ' || (select count(*) from tenant_creation) from tenant where status = 'active'", Token));
    }

    [Fact]
    public async Task Reads_and_writes_over_all_tenants_from_100_callers_take_at_most_100_connections()
    {
        var server = await fleet.ServerAsync();
        await using var watch = new ConnectionWatch(fleet.Database);
        var wrong = new List<string>();

        await EachAsync(async number =>
        {
            var tenant = TenantFleet.Tenant(number);
            var read = await fleet.Admin.GetAsync(server, $"/v1/tenants/{tenant}/config", Token);
            var written = await fleet.Admin.SendAsync(
                server, new Ask("PATCH", $"/v1/tenants/{tenant}/overrides", string.Create(CultureInfo.InvariantCulture, $$$"""{"quotas":{"users":{{{number + 1}}} } }""")) { IfMatch = "*" }, Token);
            if (!read.IsOk || !written.IsOk || (int?)read.Json["quotas"]?["requestsPerMinute"] != TenantFleet.Quota(number))
                lock (wrong)
                    wrong.Add($"{tenant}: {read}\n{written}");
        });

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {fleet.Count} fail, first: {wrong.FirstOrDefault()}\n{server.LastWords}");
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{watch.Most} connections at most, counted {watch.Samples} times"));
        Assert.InRange(watch.Most, 1, MostConnections);
    }

    [Fact]
    public async Task A_migration_of_all_tenants_that_is_killed_twice_migrates_each_once_and_all_still_answer()
    {
        fleet.World.Migrations++;

        await fleet.ReplaceAsync(new Ambush("fleet.migrated", fleet.Count / 3), new Ambush("fleet.claimed", fleet.Count / 3));

        var run = await FinishedAsync();
        Assert.Equal((fleet.Count, 0, 0), ((int)run["done"]!, (int)run["pending"]!, (int)run["failed"]!));
        Assert.Equal(["1"], await fleet.World.ReadAsync("select count(*) from fleet_migration", Token));
        var added = $"note_{run["target"]}";
        for (var number = 0; number < fleet.Count; number++)
            Assert.Equal([added], await fleet.World.ReadAsync(TenantFleet.Tenant(number), $"select to_regclass('{added}')::text from schema_migration where name = 'add_note'", Token));
        var server = await fleet.ServerAsync();
        await EachAsync(async number =>
        {
            var read = await fleet.Admin.GetAsync(server, $"/v1/tenants/{TenantFleet.Tenant(number)}/overrides", Token);
            Assert.True(read.IsOk && (int?)read.Json["quotas"]?["requestsPerMinute"] == TenantFleet.Quota(number), $"{TenantFleet.Tenant(number)}: {read}");
        });
    }

    private async Task<JsonNode> FinishedAsync()
    {
        var server = await fleet.ServerAsync();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(fleet.Count));
        while (true)
        {
            if ((await fleet.Admin.GetAsync(server, "/v1/migrations", deadline.Token)).Json["run"] is { } run && run["finishedAt"] is not null)
                return run;
            await Task.Delay(50, deadline.Token);
        }
    }

    private Task EachAsync(Func<int, Task> deed) =>
        Parallel.ForEachAsync(Enumerable.Range(0, fleet.Count), new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = Token }, async (number, _) => await deed(number));
}
