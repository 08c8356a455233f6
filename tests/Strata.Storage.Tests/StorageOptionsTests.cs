using Microsoft.Extensions.Options;
using Strata.Testing;

namespace Strata.Storage.Tests;

public sealed class StorageOptionsTests(Servers servers)
{
    private const string Shared = "Host=localhost;Database=strata;Username=strata";

    [Theory]
    [InlineData("", "ConnectionStrings:Shared is not set")]
    [InlineData("Database=strata", "ConnectionStrings:Shared names no Host")]
    [InlineData("Host=localhost", "ConnectionStrings:Shared names no Database")]
    [InlineData("Host=localhost;Colour=blue", "ConnectionStrings:Shared is not a PostgreSQL connection string")]
    public async Task A_wrong_address_of_the_shared_database_stops_the_start(string address, string sentence) =>
        Assert.Contains(sentence, await FaultAsync(address), StringComparison.Ordinal);

    [Theory]
    [InlineData("ConnectionStrings:Redis", "localhost:6379,colour=blue", "ConnectionStrings:Redis is not a StackExchange.Redis configuration")]
    [InlineData("Clusters:eu-1:Region", "eu", "Clusters:eu-1:ConnectionString is not set")]
    [InlineData("Clusters:eu-1:Capacity", "0", "Clusters:eu-1:Capacity must be at least 1 (is 0)")]
    [InlineData("Storage:MaxTenantConnections", "0", "Storage:MaxTenantConnections must be 1 to 10000 (is 0).")]
    [InlineData("Storage:MaxSharedConnections", "1", "Storage:MaxSharedConnections must be 2 to 1000 (is 1).")]
    [InlineData("Storage:TenantIdleTimeout", "00:00:00", "Storage:TenantIdleTimeout must be longer than zero")]
    [InlineData("Storage:Writes:IntentLease", "-00:00:01", "Storage:Writes:IntentLease must be longer than zero")]
    public async Task A_wrong_setting_stops_the_start(string setting, string value, string sentence) =>
        Assert.Contains(sentence, await FaultAsync(Shared, (setting, value)), StringComparison.Ordinal);

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var fault = await FaultAsync("", ("Storage:MaxTenantConnections", "0"));

        Assert.Contains("ConnectionStrings:Shared", fault, StringComparison.Ordinal);
        Assert.Contains("MaxTenantConnections", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void By_default_a_process_fits_into_the_connections_of_a_postgresql_that_nobody_has_configured()
    {
        var options = new StorageOptions();

        // 100, of which three are kept for superusers.
        Assert.InRange(options.MaxSharedConnections + options.MaxTenantConnections + (2 * options.ProvisioningParallelism), 0, 97);
    }

    [Fact]
    public async Task A_start_brings_the_shared_schema_up_to_date()
    {
        await using var strata = Installation.Open(await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken), []);

        await strata.StartAsync();

        Assert.Equal(MigrationSet.Shared().Newest, await strata.SharedAsync("select max(number) from schema_migration"));
    }

    [Fact]
    public async Task A_start_is_refused_when_the_settings_have_lost_a_cluster_with_tenants()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await strata.SharedAsync("update tenant set cluster = 'eu-1'");
        await using var restarted = strata.Replica();

        var refusal = await Assert.ThrowsAsync<ClusterMissingException>(restarted.StartAsync);

        Assert.Contains("Set Clusters__eu-1__ConnectionString", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<string> FaultAsync(string shared, params (string Setting, string Value)[] settings)
    {
        await using var strata = Installation.Open(shared, settings);
        return (await Assert.ThrowsAsync<OptionsValidationException>(strata.StartAsync)).Message;
    }
}
