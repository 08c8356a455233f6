using Strata.Benchmarks;
using Strata.Benchmarks.Delivery;
using Strata.Benchmarks.JsonSchema;
using Strata.Benchmarks.Rendering;
using Strata.Benchmarks.Resolution;
using Strata.Benchmarks.Server;

if (args is ["serve"])
    return await ServerProcess.ServeAsync();

return await Benchmark.RunAsync(
    args,
    new("delivery/kong", KongPass.RunAsync),
    new("delivery/queue", QueueThroughput.RunAsync),
    new("json-schema/validation", Validation.RunAsync),
    new("json-schema/throughput", Throughput.RunAsync),
    new("rendering/growth", Growth.RunAsync),
    new("resolution/tenant", TenantResolution.RunAsync),
    new("resolution/impact", TenantImpact.RunAsync),
    new("server/hot-read", HotRead.RunAsync),
    new("server/commits", Commits.RunAsync),
    new("server/scale", Scale.RunAsync),
    new("server/visibility", Visibility.RunAsync));
