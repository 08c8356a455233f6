using Strata.Benchmarks;
using Strata.Benchmarks.Delivery;
using Strata.Benchmarks.JsonSchema;
using Strata.Benchmarks.Rendering;

return await Benchmark.RunAsync(
    args,
    new("delivery/kong", KongPass.RunAsync),
    new("json-schema/validation", Validation.RunAsync),
    new("json-schema/throughput", Throughput.RunAsync),
    new("rendering/growth", Growth.RunAsync));
