using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace Strata.Storage;

/// <summary>Says in a sentence each what is wrong with the settings, before anything is started.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    // Webhooks are tried for about a day before an event becomes a dead letter.
    private static readonly TimeSpan ShortestEventRetention = TimeSpan.FromDays(2);

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        string?[] faults =
        [
            Address("ConnectionStrings:Shared", options.Shared),
            Cache(options.Redis),
            .. options.Clusters.SelectMany(cluster => OfCluster(cluster.Key, cluster.Value)),
            Range("MaxSharedConnections", options.MaxSharedConnections, 2, 1000),
            Range("MaxTenantConnections", options.MaxTenantConnections, 1, 10_000),
            Range("ProvisioningParallelism", options.ProvisioningParallelism, 1, 64),
            Range("MaxSnapshotBytes", options.MaxSnapshotBytes, 1024 * 1024, long.MaxValue),
            Positive("TenantIdleTimeout", options.TenantIdleTimeout),
            Positive("SweepInterval", options.SweepInterval),
            options.EventRetention < ShortestEventRetention ? $"Storage:EventRetention must be at least {ShortestEventRetention.TotalDays} days: so long are webhooks tried." : null,
            Positive("DeadLetterRetention", options.DeadLetterRetention),
            Positive("Writes:IntentLease", options.Writes.IntentLease),
            Positive("Writes:ClaimLease", options.Writes.ClaimLease),
            Positive("Writes:AnswerRetention", options.Writes.AnswerRetention),
            Positive("Writes:SweepInterval", options.Writes.SweepInterval),
        ];
        var sentences = faults.OfType<string>().ToArray();
        return sentences.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(sentences);
    }

    private static IEnumerable<string?> OfCluster(string name, ClusterOptions cluster)
    {
        yield return Address($"Clusters:{name}:ConnectionString", cluster.ConnectionString);
        if (cluster.Capacity < 1)
            yield return string.Create(CultureInfo.InvariantCulture, $"Clusters:{name}:Capacity must be at least 1 (is {cluster.Capacity}); leave it out for no limit.");
    }

    private static string? Address(string setting, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return $"{setting} is not set; it takes a PostgreSQL connection string, e.g. Host=localhost;Database=strata;Username=strata;Password=...";
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(value);
            return (parsed.Host, parsed.Database) switch
            {
                (null, _) => $"{setting} names no Host.",
                (_, null) => $"{setting} names no Database.",
                _ => null,
            };
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return $"{setting} is not a PostgreSQL connection string: {malformed.Message}";
        }
    }

    private static string? Cache(string? value)
    {
        try
        {
            _ = string.IsNullOrWhiteSpace(value) ? null : ConfigurationOptions.Parse(value);
            return null;
        }
        catch (ArgumentException malformed)
        {
            return $"ConnectionStrings:Redis is not a StackExchange.Redis configuration, e.g. localhost:6379: {malformed.Message}";
        }
    }

    private static string? Range(string setting, long value, long least, long most) => value >= least && value <= most
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{StorageOptions.Section}:{setting} must be {least} to {most} (is {value}).");

    private static string? Positive(string setting, TimeSpan value) => value > TimeSpan.Zero
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{StorageOptions.Section}:{setting} must be longer than zero (is {value}), e.g. 00:01:00 for a minute.");
}
