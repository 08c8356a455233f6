using Strata.Server.Access;
using Strata.Server.Allowlist;
using Strata.Server.Apply;
using Strata.Server.Audit;
using Strata.Server.Configuration;
using Strata.Server.Demo;
using Strata.Server.Documentation;
using Strata.Server.Health;
using Strata.Server.Http;
using Strata.Server.Idempotency;
using Strata.Server.Impact;
using Strata.Server.Layers;
using Strata.Server.Migrations;
using Strata.Server.Platforms;
using Strata.Server.Policies;
using Strata.Server.Revisions;
using Strata.Server.Schemas;
using Strata.Server.Segments;
using Strata.Server.Targets;
using Strata.Server.Tenants;
using Strata.Server.Webhooks;
using Strata.Storage;

namespace Strata.Server;

/// <summary>The host, as a list of contents.</summary>
public static class StrataServer
{
    /// <summary>Puts the server together; nothing runs yet.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddStorage();
        builder.AddHttp();
        builder.AddAccess();
        builder.AddDocumentation();
        builder.AddPolicies();
        builder.AddTargets();
        builder.Services.AddFeatures();

        var app = builder.Build();
        app.UseHttp();
        app.MapHealth();
        app.MapDevelopmentIssuer();
        app.MapDocumentation();
        app.MapPolicies();
        app.MapContract();
        return app;
    }

    private static void AddFeatures(this IServiceCollection services) => services
        .AddSingleton<TenantPlatforms>()
        .AddSingleton<LargeBodies>()
        .AddSingleton<Acts>()
        .AddSingleton<LayerJudge>()
        .AddSingleton<LayerWrites>()
        .AddSingleton<LayerRequests>()
        .AddSingleton<ImpactPreview>()
        .AddSingleton<Rollback>()
        .AddSingleton<PlatformRequests>()
        .AddSingleton<SegmentWrites>()
        .AddSingleton<TenantCreation>()
        .AddSingleton<TenantChanges>()
        .AddSingleton<VisibleTenants>()
        .AddSingleton<Explaining>()
        .AddSingleton<AuditScopes>()
        .AddSingleton<ApplyPlan>()
        .AddSingleton<ApplyImpact>()
        .AddSingleton<ApplyRun>()
        .AddSingleton<Readiness>()
        .AddSingleton<Scheduler>()
        .AddRepeated(static services => new RepeatedWork("ending what has expired", Scheduler.Interval, services.GetRequiredService<Scheduler>().RunAsync))
        .AddHostedService<DemoSeed>();

    private static void MapContract(this WebApplication app)
    {
        var v1 = app.MapGroup("/v1").AddEndpointFilter(LargeBodies.EndWithResultAsync).AddEndpointFilter<IdempotencyFilter>();
        QueryParameters.Describe(v1);
        v1.MapWhoami();
        v1.MapPlatforms();
        v1.MapRevisions("/platforms/{platform}/revisions", History.Platform);
        v1.MapImpact();
        v1.MapSegments();
        v1.MapRevisions("/platforms/{platform}/segments/{segment}/revisions", History.Segment);
        v1.MapAllowlist();
        v1.MapRevisions("/policies/allowed-hosts/revisions", History.Allowlist);
        v1.MapSchemas();
        v1.MapTenants();
        v1.MapRevisions("/tenants/{tenant}/attributes/revisions", History.Attributes);
        v1.MapConfiguration();
        v1.MapRevisions("/tenants/{tenant}/revisions", History.Tenant);
        v1.MapAudit();
        v1.MapMigrations();
        v1.MapApply();
        v1.MapTargets();
        v1.MapWebhooks();
    }
}
