using System.Collections.Immutable;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage;

namespace Strata.Server.Migrations;

/// <summary>The migration of the fleet of tenants' databases.</summary>
internal static class MigrationEndpoints
{
    public static void MapMigrations(this IEndpointRouteBuilder routes)
    {
        var migrations = routes.MapGroup("/migrations").WithTags("Operations");
        migrations.MapGet("", GetAsync).Needs(Permission.ReadInstallation, "GetMigration", "How far the newest run over all tenants' databases is")
            .Produces<MigrationResponse>();
        migrations.MapPost("", StartAsync).Needs(Permission.Operate, "StartMigration", "Start a run, or join the one under way").Produces<MigrationResponse>();
    }

    private static async Task<IResult> GetAsync(FleetMigration fleet, CancellationToken cancellationToken) =>
        Reply.Ok(MigrationResponse.Of(await fleet.FindLatestAsync(cancellationToken)), WireJson.Shapes.MigrationResponse);

    private static async Task<IResult> StartAsync(FleetMigration fleet, CancellationToken cancellationToken) =>
        Reply.Ok(MigrationResponse.Of(await fleet.StartAsync(cancellationToken)), WireJson.Shapes.MigrationResponse);
}

/// <summary>The newest run.</summary>
/// <param name="Run">The run; <c>null</c> when none was ever needed.</param>
public sealed record MigrationResponse(MigrationRun? Run)
{
    internal static MigrationResponse Of(FleetRun? run) => new(run is null ? null : new MigrationRun(
        run.Id, run.Target, run.StartedAt, run.FinishedAt, run.Pending, run.Done, run.Failed,
        [.. run.Failures.Select(failure => new MigrationFailure(failure.Tenant.Text, failure.Error))]));
}

/// <summary>A run over all tenants' databases.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Target">The number of the migration that every tenant is to have.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="FinishedAt">When nothing was left to try; <c>null</c> while it runs.</param>
/// <param name="Pending">Tenants still to come.</param>
/// <param name="Done">Tenants that have the target now.</param>
/// <param name="Failed">Tenants that were skipped because their migration failed.</param>
/// <param name="Failures">The first hundred of them.</param>
public sealed record MigrationRun(
    Guid Id, int Target, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, long Pending, long Done, long Failed, ImmutableArray<MigrationFailure> Failures);

/// <summary>A tenant whose database could not be migrated.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Error">What its database said.</param>
public sealed record MigrationFailure(string Tenant, string Error);
